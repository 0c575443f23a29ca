# Stop and start the other core, and go on after its crash.  The endpoint is created
# once: it binds again by itself each time the firmware announces its service.
import openamp
import time

answers = 0


def on_answer(src, data):
    global answers
    answers += 1


def wait_until(condition):
    deadline = time.ticks_add(time.ticks_ms(), 5000)
    while not condition():
        if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
            raise RuntimeError("the remote does not react")
        time.sleep_ms(1)


def ask(text):
    # Send one message to the remote and wait for its echo.
    wait_until(ept.is_ready)
    before = answers
    ept.send(text)
    wait_until(lambda: answers > before)


ept = openamp.Endpoint("test-crash", on_answer)
rproc = openamp.RemoteProc("test_crash.elf")

# This works as often as you like: start() loads the firmware again each time.
for life in range(10):
    rproc.start()
    ask(f"life {life}")
    rproc.stop()
    assert not ept.is_ready()
print("10 lives,", answers, "answers")

# This firmware crashes on command.  After that the endpoint is not ready, sending raises
# an exception, and this program goes on.
rproc.start()
ask("still there?")
ept.send("segv")
wait_until(lambda: not ept.is_ready())
try:
    ept.send("anybody?")
except OSError as e:
    print("after the crash:", e)

rproc.start()
ask("welcome back")
print("restarted,", answers, "answers")
rproc.shutdown()
