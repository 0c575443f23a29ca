# Starts the MicroPython of the other core and talks to it.
import openamp, time
from support import Box, core_pids, wait

services = []
openamp.new_service_callback(lambda src, name: services.append(name))
box = Box("python")
rproc = openamp.RemoteProc("micropython-device.elf")
for life in range(3):
    services.clear()
    rproc.start()
    wait(box.ept.is_ready, "its announcement")
    print(box.ask("hello from life %d" % life))
    wait(lambda: "adder" in services, "the other one")
    print(services)
    adder = Box("adder")
    wait(adder.ept.is_ready)
    print([adder.ask(" ".join(str(i) for i in range(n))) for n in (2, 10, 100)])
    adder.ept.deinit()
    reader = openamp.Endpoint("reader")
    reader.wait_ready(20000)
    print(reader.recv(timeout=0))  # from now on it loses nothing
    for i in range(100):
        reader.send("message %d" % i)
    print([reader.recv(timeout=20000) for _ in range(100)] == [b"message %d" % i for i in range(100)])
    reader.deinit()
    for size in (1, 100, 496):
        assert box.ask("x" * size) == b"X" * size
    box.got.clear()
    start = time.ticks_ms()
    for i in range(1000):
        box.ept.send("number %d" % i)
    box.wait(1000)
    print(box.got == [b"NUMBER %d" % i for i in range(1000)])
    box.got.clear()
    if life == 0:
        rproc.stop()
    else:
        print(box.ask("stop"))
        wait(lambda: not box.ept.is_ready(), "its end")
        wait(lambda: not core_pids(), "the core's end")
print("done")
