# What is typed at the other core's prompt in no sensible amount, and by nobody who reads.
import openamp, time
from support import wait

repl = openamp.Endpoint("repl", eof=False)
echo = openamp.Endpoint("echo")
rproc = openamp.RemoteProc("micropython-device.elf")
rproc.start()
repl.wait_ready(20000)


# Read until `text` comes.
def expect(text):
    seen = b""
    while text not in seen:
        seen = seen[-len(text) :] + repl.recv(timeout=20000)


# Send all, and read all the while: the other core waits for its reader, too.
def flood(message, count):
    sent = 0
    while sent < count:
        while sent < count and repl.send(message, timeout=0) >= 0:
            sent += 1
        while repl.recv(timeout=0) is not None:
            pass
    return sent


def prompt():
    repl.send("\x03\x02\r\x03print('he' + 're')\r")
    expect(b"here")
    expect(b">>> ")


prompt()
print("at the prompt:", flood(b"junk " * 60 + b"\r", 300))
prompt()
print("empty messages:", flood(b"", 1000))
prompt()
print("all bytes:", flood(bytes(i for i in range(256) if i != 4), 100))
prompt()

# A program that reads nothing.  Ctrl-C gets through, and so do other endpoints' messages.
repl.send(
    "import openamp, time; e = openamp.Endpoint('echo', lambda src, data: e.send(data));"
    " print('be' + 'gins'); time.sleep(1000)\r"
)
expect(b"begins")
echo.wait_ready(20000)
for i in range(20):
    flood(b"x" * repl.mtu, 100)
    echo.send("message %d" % i)
    if echo.recv(timeout=20000) != b"message %d" % i:
        print("another message")
repl.send("\x03")
expect(b"KeyboardInterrupt")
prompt()
print("while a program runs")

# A program that prints much, to one who does not read for longer than the terminal waits (1 s):
# it goes on, and what there was no room for is gone.
LINES = 2000
repl.send("for i in range(%d): print('<' + 'x' * 100)\r\rprint('do' + 'ne')\r" % LINES)
time.sleep_ms(3000)
seen = b""
while b"done" not in seen[-20:]:
    message = repl.recv(timeout=0)
    if message is None:
        repl.send("\r\rprint('do' + 'ne')\r")  # it may be gone, too
        message = repl.recv(timeout=20000)
    seen += message
print("it goes on:", 0 < seen.count(b"<xxx") < LINES)
prompt()

# The core begins again, and the endpoint is the same.
rproc.stop()
rproc.start()
repl.wait_ready(20000)
prompt()
print("again:", rproc.state() == rproc.RUNNING)
rproc.shutdown()
