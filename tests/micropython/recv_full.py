# No endpoint starves the link: those that nobody reads, and those that are read slowly.
import openamp, os
from support import BOUND_MS, outcome, wait, with_rings


def begin(firmware, rings):
    global rproc, path
    path = with_rings(firmware, rings)
    rproc = openamp.RemoteProc(path)
    rproc.start()


def end():
    rproc.shutdown()
    os.unlink(path)


# Two silent ones are flooded; a third with a callback gets everything.
for rings in (2, 4, 16):
    begin("virtual_uart.elf", rings)
    got = []
    ept = openamp.Endpoint("vuart-channel", lambda src, data: got.append(bytes(data)))
    wait(ept.is_ready)
    silent = [openamp.Endpoint("silent %d" % i, dest=ept.dest) for i in range(2)]
    for i in range(200):
        for s in silent:
            s.send("lost")
        ept.send("%d" % i)
    wait(lambda: len(got) == 200)
    kept = sum(s.any() for s in silent)
    print(rings, got == [b"%d" % i for i in range(200)], kept, kept + sum(s.stats().dropped for s in silent))
    print([s.recv() for s in silent if s.any()], sum(s.stats().received for s in silent) == kept)
    end()

# One that is read loses nothing, however much comes before it is read again.
for rings in (2, 4, 16):
    for rxbuf in (-1, 1, 200):
        begin("test_flood.elf", rings)
        ept = openamp.Endpoint("test-flood", rxbuf=rxbuf)
        ept.wait_ready()
        print(ept.recv(timeout=0), end=" ")
        ept.send("flood 300")
        wait(lambda: not ept.any() == 0)
        openamp.Endpoint("other", dest=1)  # what is bound meanwhile changes nothing
        most = 0
        numbers = []
        while len(numbers) < 300:
            most = max(most, ept.any())
            numbers.append(int.from_bytes(ept.recv(timeout=BOUND_MS)[:4], "little"))
        print(rings, rxbuf, numbers == list(range(300)), ept.stats().dropped, ept.any(), end=" ")
        print(most <= (rings - min(2, rings // 4) if rxbuf == 200 else 1 if rxbuf == 1 else rings // 2))
        end()

# A wait that cannot end, because another one is full, says whose messages are in the way.
begin("virtual_uart.elf", 4)
full = openamp.Endpoint("vuart-channel")
full.wait_ready()
print(full.recv(timeout=0))
other = openamp.Endpoint("other", dest=full.dest)
for i in range(3):
    full.send("%d" % i)
other.send("behind")
for function in (other.recv, openamp.Endpoint("never").wait_ready):
    try:
        function()
    except OSError as e:
        print(e)
count = 0
try:
    while True:
        full.send("no room")
        count += 1
except OSError as e:
    print(e)
print(full.recv(), full.recv(), full.recv(), other.recv())
print([full.recv() for _ in range(count)] == [b"no room"] * count)
# What is in the way may be read by whatever runs meanwhile.
other.send("")
print(other.recv())
for i in range(3):
    full.send("%d" % i)
full.irq(lambda ept: [ept.recv(timeout=0) for _ in range(ept.any())])
other.send("behind")
print(other.recv())
# Closing it is as good.
full.irq(None)
end()
begin("virtual_uart.elf", 4)
full = openamp.Endpoint("vuart-channel")
full.wait_ready()
full.recv(timeout=0)
other = openamp.Endpoint("other", dest=full.dest)
for i in range(3):
    full.send("%d" % i)
other.send("behind")
print(outcome(other.recv))
held = full.hold()
full.deinit()
print(other.recv(), outcome(len, held))
end()
