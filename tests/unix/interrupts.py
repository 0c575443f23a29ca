# Ctrl-C where the main thread waits: interrupts.py CASE.  It prints "waiting" when it is time.
import _thread, sys, time

case = sys.argv[1]
lock = _thread.allocate_lock()


def endless(src, data):
    print("waiting")
    while True:
        pass


def locked(src, data):
    print("waiting")
    lock.acquire()


def boot(callback):
    global ept
    import openamp

    ept = openamp.Endpoint("vuart-channel", callback)
    rproc = openamp.RemoteProc("virtual_uart.elf")
    rproc.start()
    while not ept.is_ready():
        time.sleep_ms(1)


def wait():
    if case in ("lock in a callback", "not imported"):
        lock.acquire()
    if case == "lock":
        boot(print)
        lock.acquire()
    elif case != "not imported":
        boot(endless if case == "callback" else locked)
        ept.send(b"x")
        lock.acquire()
    if not case.endswith("callback"):
        print("waiting")
    lock.acquire()


try:
    wait()
    print("got it")
except KeyboardInterrupt:
    print("interrupted")
lock.release()
print(lock.acquire(), lock.acquire(False))
