# An endpoint as a stream: read, write, and what they do at the end of a session.
import openamp
from support import BOUND_MS, boot, outcome, wait

ept = openamp.Endpoint("vuart-channel")
print(ept.read(5), outcome(ept.write, "x"), ept.readline())
rproc = boot()
ept.wait_ready()
print(ept.read(5), ept.read(), ept.readinto(bytearray(3)), ept.read(0))


def ask(*messages):
    before = ept.any()
    for message in messages:
        ept.send(message)
    wait(lambda: ept.any() == before + len(messages))


print("boundaries vanish")
ask("line 1\nli", "", "ne 2\nre", "st", "")
print(ept.readline(), ept.readline(), ept.read(1), ept.recv(), ept.read(1), ept.read(1), ept.read(1))
ask("", "", "")
print(ept.read(1), ept.any())
buf = bytearray(5)
ask("abc", "defg")
print(ept.readinto(buf), buf, ept.readinto(buf, 1), buf, ept.read())

print("writes are gathered")
sent = ept.stats().sent
print([ept.write("%d" % i) for i in range(3)])
print(ept.write("x" * 2000), ept.write(b""))
got = b""
while len(got) < 2003:
    wait(ept.any)
    got += ept.read(5000)
print(got == b"012" + b"x" * 2000, ept.stats().sent - sent <= 8)
ept.write("first, ")
ept.send("then this")
wait(lambda: ept.any() == 2)
print(ept.read())
print("a b", 1, 2.5, None, file=ept)
wait(ept.any)
print(ept.readline())

print("with a timeout they wait")
slow = openamp.Endpoint("slow", dest=ept.dest, timeout=BOUND_MS)
print(slow.write("y" * 2000))
got = 0
while got < 2000:
    got += len(slow.read(2000 - got))
print(got)
short = openamp.Endpoint("short", dest=ept.dest, timeout=10)
print(short.read(1))
rproc.shutdown()
print(outcome(ept.read, 1), outcome(ept.write, "x"), outcome(ept.readline))

print("the end of a session")
ept = openamp.Endpoint("test-crash")
console = openamp.Endpoint("test-crash", eof=False)
rproc = boot("test_crash.elf")
for life in range(3):
    ept.wait_ready()
    ask("abc", "def")
    ept.send("exit 3")
    wait(lambda: not ept.is_ready())
    if life == 0:
        print(ept.read(4), ept.read(4), ept.read(4), ept.read(4), ept.read(4))
    elif life == 1:
        print(ept.read(), ept.read(), ept.read())
    else:
        print(ept.readline(), ept.readline(), ept.readline())
    print(outcome(ept.write, "x"))
    print(console.read(1), console.write("x"))
    rproc.start()
# What the program did not read of it comes before the next one, but for its bytes.
ept.wait_ready()
ask("ghi")
print(ept.read(1))
rproc.stop()
rproc.start()
ept.wait_ready()
ask("new")
print(ept.read(3), ept.read(3), ept.read(3))
print("closed")
print(ept.close(), outcome(ept.read, 1), outcome(ept.write, "x"))
calls = openamp.Endpoint("calls", print)
print(outcome(calls.read, 1))
