# The program on this core.  ./run hello.py builds hello_firmware.c beside it first.
import openamp
import time

answers = []
beats = []


def wait_for(what, condition, ms=5000):
    deadline = time.ticks_add(time.ticks_ms(), ms)
    while not condition():
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            raise RuntimeError("no sign of " + what)
        time.sleep_ms(1)


hello = openamp.Endpoint("hello", lambda src, data: answers.append(bytes(data)))
heart = openamp.Endpoint("heartbeat", lambda src, data: beats.append(bytes(data)))
rproc = openamp.RemoteProc("hello_firmware.elf")
rproc.start()

wait_for("the service hello", hello.is_ready)
hello.send("core")
wait_for("an answer", lambda: answers)
print(answers[0].decode())
wait_for("3 beats of its heart", lambda: len(beats) >= 3)
print("its heart beats")
rproc.shutdown()
