# Its length cannot be changed, because its memory is the other side's too.
from support import boot, outcome, wait
import openamp


def grow(data):
    data[1:2] = b"123"


def shrink(data):
    data[1:3] = b""


def delete(data):
    del data[0]


def append(data):
    data.append(1)


def extend(data):
    data.extend(b"more")


# bytearray's own, which do not know that the memory is not theirs.
def type_append(data):
    type(data).append(data, 1)


def type_extend(data):
    type(data).extend(data, b"more")


def empty(data):
    data[:] = b""


def outside(data):
    data[6] = 1


def receive(src, data):
    for function in (append, extend, type_append, type_extend, grow, shrink, delete, empty, outside):
        print(function.__name__, outcome(function, data), data)
    data[1:3] = b"BC"
    data[1:1] = b""
    print("same length", data)
    global done
    done = data


done = None
ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send(b"abcdef")
wait(lambda: done is not None)
for function in (append, type_append, type_extend):
    print(function.__name__, outcome(function, done), done)
