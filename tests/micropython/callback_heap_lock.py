# No memory for a message, or inside its callback: the message is lost, the bus is not.
from support import boot, dest_of, wait
import micropython, openamp, time

count = 0

# Not in this file, whose path would be printed.
exec("""
def receive(src, data):
    global count
    count += 1
    if data == b"allocate":
        micropython.heap_lock()
        try:
            bytearray(1000)
        finally:
            micropython.heap_unlock()
    elif data == b"exhaust":
        bytearray(1 << 22)
""")

ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send("allocate")
ept.send("exhaust")
ept.send("good")
wait(lambda: count == 3)
print(count)


# While the heap is locked no message can be made: it is dropped, and said so.
# The endpoint is bound by it all the same, which is how we know that it came.
def drop(other, uart):
    start = time.ticks_ms()
    micropython.heap_lock()
    other.send("dropped", dest=uart)
    while not other.is_ready() and time.ticks_diff(time.ticks_ms(), start) < 20000:
        pass
    micropython.heap_unlock()


other = openamp.Endpoint("other", receive)
drop(other, dest_of(ept))
print(other.is_ready(), count)
other.send("good")
wait(lambda: count == 4)
print(count)
