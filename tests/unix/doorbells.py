# Messages go to and fro in callbacks while the main thread is in one system call that blocks; the
# last of them lets it return: doorbells.py CALL MESSAGES DIRECTORY.  run says how.
import openamp, os, socket, sys, time

call, count, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3]
fifo = directory + "/fifo"
AF_UNIX = 1  # which MicroPython does not name, nor its addresses
address = b"\x01\x00" + (directory + "/socket").encode()
messages = 0


def callback(src, data):
    global messages
    messages += 1
    if messages % count:
        ept.send(b"again")
    else:
        sys.stdout.write("done\n")  # for late.c, as is "late"
        release()


# Each of these returns what the callback does in the end, and the call that waits for it.
def in_read():
    waiting = open(fifo, "r+b")  # a FIFO that has a writer
    return lambda: open(fifo, "wb").write(b"x"), lambda: waiting.read(1)


def in_open():
    # The reader is not there while the callback runs.
    return lambda: os.system("exec >>%s &" % fifo), lambda: open(fifo, "rb").close()


def in_write():
    full = open(fifo, "r+b")
    full.write(bytes(65536))
    return lambda: full.read(8192), lambda: full.write(bytes(8192))


def new_socket():
    return socket.socket(AF_UNIX, socket.SOCK_STREAM)


def listen():
    server = new_socket()
    server.bind(address)
    server.listen(0)  # there is room for one to wait
    return server


def pair():
    server = listen()
    client = new_socket()
    client.connect(address)
    return client, server.accept()[0]


def in_accept():
    server = listen()
    client = new_socket()
    return lambda: client.connect(address), server.accept


def in_connect():
    server = listen()
    new_socket().connect(address)
    client = new_socket()
    return server.accept, lambda: client.connect(address)


def in_recv():
    a, b = pair()
    return lambda: a.send(b"x"), lambda: b.recv(1)


def in_recvfrom():
    a, b = pair()
    return lambda: a.send(b"x"), lambda: b.recvfrom(1)


def in_socket_read():
    a, b = pair()
    return lambda: a.send(b"x"), lambda: b.read(1)


def fill():
    a, b = pair()
    a.setblocking(False)
    try:
        while True:
            a.send(bytes(4096))
    except OSError:
        a.setblocking(True)
    return a, lambda: b.recv(1 << 20)


def in_send():
    a, drain = fill()
    return drain, lambda: a.send(b"x")


def in_sendto():
    a, drain = fill()
    return drain, lambda: a.sendto(b"x", b"")


def in_lock():
    import _thread

    lock = _thread.allocate_lock()
    lock.acquire()
    return lock.release, lock.acquire


ept = openamp.Endpoint("vuart-channel", callback)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)
release, wait = globals()["in_" + call]()
sys.stdout.write("late\n")
ept.send(b"first")
wait()
print("%d messages during %s" % (messages, call))
rproc.shutdown()
