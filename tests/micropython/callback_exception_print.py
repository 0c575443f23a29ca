# An exception that cannot be printed does not stop what comes after it.
import openamp
import time

received = []


class Unprintable(Exception):
    def __repr__(self):
        raise ValueError("no")

    def __str__(self):
        raise ValueError("no")


# In a string, so that the traceback names no folder.
exec(
    """
def callback(src, data):
    received.append(bytes(data))
    if len(received) == 1:
        raise Unprintable
"""
)


ept = openamp.Endpoint("vuart-channel", callback)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()


def until(condition):
    start = time.ticks_ms()
    while not condition() and time.ticks_diff(time.ticks_ms(), start) < 10000:
        time.sleep_ms(1)
    return condition()


print(until(ept.is_ready))
for i in range(3):
    ept.send(b"%d" % i)
print(until(lambda: len(received) == 3), received)
rproc.shutdown()
