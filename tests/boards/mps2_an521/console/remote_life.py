# One run of the interpreter on the other core: `life` is its number.
import gc, machine, time

filler = [bytes(range(256)) for _ in range(2000)]
del filler
gc.collect()
import openamp

count = 0


def received(src, data):
    global count
    count += 1
    if data == b"hello":
        ept.send("life %d" % life)
    if count == 100:
        print("life", life, "is flooded")


ept = openamp.Endpoint("reset", received)
