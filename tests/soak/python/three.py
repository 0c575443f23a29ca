# Three cores at once in one program: one crashes again and again, one streams, one is stopped
# and started.  No message is lost, repeated or of another session; each goes on whatever the
# others do.  SOAK_SECONDS: for how long.
import gc, openamp, os, time
from support import outcome, quiet, wait

seconds = int(os.getenv("SOAK_SECONDS") or "5")
wrong = []
streamed = 0
echoed = []
sessions = [0, 0]


def stream(src, data):
    global streamed
    if int.from_bytes(data[:4], "little") != streamed % COUNT:
        wrong.append(("stream", streamed))
    streamed += 1


def echo(src, data):
    echoed.append(bytes(data))


COUNT = 10000
crash = openamp.Endpoint("test-crash", lambda src, data: None, remote=0)
flood = openamp.Endpoint("test-flood", stream, remote=4)
uart = openamp.Endpoint("vuart-channel", echo, remote=9)
crasher = quiet(openamp.RemoteProc("test_crash.elf", core=0))
streamer = quiet(openamp.RemoteProc("test_flood.elf", core=4))
restarter = quiet(openamp.RemoteProc("virtual_uart.elf", core=9))
streamer.start()
wait(flood.is_ready, "test-flood")

end = time.ticks_add(time.ticks_ms(), 1000 * seconds)
asked = 0
while time.ticks_diff(end, time.ticks_ms()) > 0:
    # One that dies in each session.
    crasher.start()
    wait(crash.is_ready, "test-crash")
    crash.send("segv" if sessions[0] % 2 else "exit")
    # One that goes on through all of it.
    if asked * COUNT <= streamed:
        flood.send("flood %d" % COUNT)
        asked += 1
    # One that is stopped in the middle of a dialogue.
    restarter.start()
    wait(uart.is_ready, "vuart-channel")
    echoed.clear()
    for n in range(sessions[1] % 50 + 1):
        uart.send("%d %d" % (sessions[1], n))
    wait(lambda: len(echoed) == n + 1, "the echoes")
    if echoed != [b"%d %d" % (sessions[1], i) for i in range(n + 1)]:
        wrong.append(("echo", sessions[1]))
    outcome(uart.send, "unanswered")
    restarter.stop()
    wait(lambda: not crash.is_ready(), "the crash")
    sessions[0] += 1
    sessions[1] += 1
    if sessions[0] % 100 == 0:
        gc.collect()

wait(lambda: streamed == asked * COUNT, "the rest of the stream")
print("# %d s: %d crashes, %d restarts, %d messages streamed" % (seconds, sessions[0], sessions[1], streamed))
print(wrong)
print(streamer.shutdown(), crasher.shutdown(), restarter.shutdown())
