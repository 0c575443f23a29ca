# The callback's data is a bytearray in the receive buffer.
from support import boot, wait
import openamp


def receive(src, data):
    print(data, repr(data), isinstance(data, bytearray), len(data))
    print(data[0], data[-1], data[1:3], data[:])
    print(data == b"abcdef", data == bytearray(b"abcdef"), b"abcdef" == data, data == b"abcdeg")
    print(data != b"abcdef", data < b"b", data > b"b", data == 5)
    print(b"cd" in data, b"dc" in data, data in [b"abcdef"])
    print(data + b"gh", b"gh" + data, bytes(data), bytearray(data), list(data), sum(data))
    print(data.decode(), str(data, "utf8"), [chr(c) for c in data])
    print(data.find(b"c"), data.split(b"cd"), data.replace(b"a", b"z"), data.strip(b"af"))
    print(data.startswith(b"abc"), data.partition(b"d"), data.join([b"1", b"2"]), data.upper())
    target = bytearray(8)
    target[1:7] = memoryview(data)
    print(target, b"-".join([bytes(data), b"x"]))
    print(bool(data), max(data), sorted(data, reverse=True)[0])
    print(int.from_bytes(data[:2], "little"), bytes(reversed(data)))
    view = memoryview(data)
    print(len(view), bytes(view[2:4]))
    data[0] = 65
    data[1:3] = b"BC"
    print(data, bytes(view))
    view[5] = 70
    print(data)
    same = data
    data += b"!"
    print(data, same, data is same)
    global done
    done = True


done = False
ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send(b"abcdef")
wait(lambda: done)
