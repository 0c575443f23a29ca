# The host's side of soft resets on the other core.
import openamp, time

got = []


def received(src, data):
    got.append(bytes(data))


def wait(condition):
    start = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), start) > 20000:
            raise RuntimeError("no sign of it")
        time.sleep_ms(1)


def talk(life):
    wait(ept.is_ready)
    got.clear()
    ept.send("hello")
    wait(lambda: got)
    print(bytes(got[0]).decode(), "answers")


# Until the other core's program ends, whose console says when.
def flood():
    while ept.is_ready():
        try:
            ept.send("flood", timeout=1)
        except OSError:
            pass
    print("it is", "gone")


ept = openamp.Endpoint("reset", received)
rproc = openamp.RemoteProc("/rom/micropython-device.elf")
rproc.start()
