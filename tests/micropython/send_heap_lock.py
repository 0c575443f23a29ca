# An error with the heap locked keeps its number; the text has no room then.
import micropython, openamp


def refused():
    micropython.heap_lock()
    try:
        ept.send(b"a")
    except OSError as error:
        result = error
    micropython.heap_unlock()
    return result


ept = openamp.Endpoint("nobody")
print(refused().args)
