# A doorbell wakes a program that sleeps: the callback runs, long before the sleep's end.
from support import boot, wait
import openamp, select, time

arrived = None


def receive(src, data):
    global arrived
    arrived = time.ticks_ms()


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)


def sleep_s():
    time.sleep(2)


def sleep_ms():
    time.sleep_ms(2000)


def poll():
    poller = select.poll()
    with open("/dev/zero", "rb") as f:
        poller.register(f, select.POLLERR)
        poller.poll(2000)


def busy():
    for _ in range(100000000):
        if arrived is not None:
            break


for function in (sleep_s, sleep_ms, poll, busy):
    arrived = None
    ept.send("wake up")
    start = time.ticks_ms()
    function()
    end = time.ticks_ms()
    # Half of the sleep is far more than a wake-up takes and far less than any poll at its end.
    print(function.__name__, arrived is not None and time.ticks_diff(arrived, start) < 1000)
    if function is not busy and function is not poll:
        # A sleep is as long as it was asked to be.
        print(time.ticks_diff(end, start) >= 1990)
