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


def empty(data):
    data[:] = b""


def outside(data):
    data[6] = 1



def receive(src, data):
    for function in (append, extend, grow, shrink, delete, empty, outside):
        print(function.__name__, outcome(function, data), data)
    data[1:3] = b"BC"
    data[1:1] = b""
    print("same length", data)
    global done
    done = True


done = False
ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send(b"abcdef")
wait(lambda: done)
