# An error with the heap full but for a few blocks keeps its number; the text may be cut, or none.
import gc, openamp


def refused(blocks):
    gc.collect()
    count = 0
    try:
        while True:
            full[count] = object()
            count += 1
    except MemoryError:
        pass
    for i in range(count - blocks, count):
        full[i] = None
    gc.collect()
    try:
        ept.send(b"a")
    except OSError as error:
        result = error
    for i in range(count):
        full[i] = None
    return result


ept = openamp.Endpoint("nobody")
TEXT = "nobody is not bound: core 0 without firmware"
# All but some 100 KiB of the heap, in pieces, so that the rest is filled soon.
full = [None] * 10000
pieces = []
try:
    while True:
        pieces.append(bytearray(16384))
except MemoryError:
    for i in range(6):
        pieces.pop()
for blocks in range(20):
    args = refused(blocks).args
    if args[0] != 107 or len(args) > 1 and not TEXT.startswith(args[1]):
        print(blocks, len(args), args[0])
print("done")
