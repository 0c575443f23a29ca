# Use two other cores at once, each with firmware and services of its own.  An endpoint
# belongs to one core, that of the argument remote=, or else core 0.
import openamp
import time

answers = []


def endpoint(core):
    return openamp.Endpoint("vuart-channel", lambda src, data: answers.append((core, bytes(data))), remote=core)


def wait_until(condition):
    deadline = time.ticks_add(time.ticks_ms(), 5000)
    while not condition():
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            raise RuntimeError("the remotes do not react")
        time.sleep_ms(1)


# Both endpoints have the same name, and each binds to the service of its own core.
endpoints = [endpoint(core) for core in (0, 1)]
remotes = [openamp.RemoteProc("virtual_uart.elf", core=core) for core in (0, 1)]
for rproc in remotes:
    rproc.start()
wait_until(lambda: all(ept.is_ready() for ept in endpoints))

for core, ept in enumerate(endpoints):
    ept.send("to core %d" % core)
wait_until(lambda: len(answers) == 2)
for core, text in sorted(answers):
    print("from core", core, text.decode())

# Stopping one core does not affect the other.
remotes[0].stop()
endpoints[1].send("still there?")
wait_until(lambda: len(answers) == 3)
print("core 0 is ready:", endpoints[0].is_ready(), "- core 1 says:", answers[2][1].decode())
for rproc in remotes:
    rproc.shutdown()
