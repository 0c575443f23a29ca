# What a user sees of each way for a core or a program to go wrong: docs/troubleshooting.md, which
# quotes it.  One line for each, and before it what the console says without being asked.
import gc, openamp, os, re, time
from support import (
    Box, clobber, core_pids, elf_table, field, kill_core, put, read_firmware, temporary, wait,
)

NAME = temporary("image.elf")
GOOD = read_firmware("virtual_uart.elf")
PHOFF = field(GOOD, 32, 8)
seen = set()


def clean(text):
    for path in (os.getcwd(), os.getenv("OPENAMP_FIRMWARE")):
        text = text.replace(path + "/", "FOLDER/")
    text = text.replace(NAME, "image.elf")
    text = re.sub(r"for \d+\.\d s", "for # s", text)  # times and addresses
    text = re.sub("at 0x[0-9a-f]+, 0x[0-9a-f]+ bytes: no room", "at 0x#, # bytes: no room", text)
    return re.sub("at 0x[0-9a-f]+\\): call", "at 0x#): call", text)


def row(what, function, *args, **kwargs):
    try:
        text = repr(function(*args, **kwargs))
    except OSError as e:
        text = str(e)
    except Exception as e:
        text = type(e).__name__ + ": " + str(e)
    time.sleep_ms(1)  # what the console says
    print(what + ":", clean(text))
    assert what not in seen
    seen.add(what)


def write(*changes, image=GOOD):
    image = bytearray(image)
    for offset, size, value in changes:
        put(image, offset, size, value)
    with open(NAME, "wb") as f:
        f.write(image)
    return NAME


# Where the relocations are in a position-independent image.
def pie_relocations(image):
    phdrs = [field(image, 32, 8) + 56 * i for i in range(field(image, 56, 2))]
    dynamic = [field(image, p + 8, 8) for p in phdrs if field(image, p, 4) == 2][0]
    while field(image, dynamic, 8) != 7:
        dynamic += 16
    da = field(image, dynamic + 8, 8)
    for p in phdrs:
        if 0 <= da - field(image, p + 16, 8) < field(image, p + 32, 8):
            return field(image, p + 8, 8) + da - field(image, p + 16, 8)


# With 0x7000 bytes in its first segment, however long it is, of which 5000 are there.
def cut():
    write((PHOFF + 40, 8, 0x7000))
    with open(NAME, "rb") as f:
        image = f.read(5000)
    with open(NAME, "wb") as f:
        f.write(image)
    return NAME


# Start it, and the endpoint's state when the condition holds.
def run(firmware, service, until, command=None):
    global rproc, box
    box = Box(service)
    rproc = openamp.RemoteProc(firmware)
    rproc.start()
    if command is not None:
        wait(box.ept.is_ready)
        box.ept.send(command)
    wait(until)
    time.sleep_ms(1)


def crashed():
    return rproc.state() == rproc.CRASHED


def end():
    rproc.shutdown()
    box.ept.deinit()


# The wrong file.
row("misspelt file", openamp.RemoteProc, "virtual_urat.elf")
row("no ELF", openamp.RemoteProc, __file__)
row("other machine", openamp.RemoteProc, write((18, 2, 40)))
row("object file", openamp.RemoteProc, write((16, 2, 1)))
STACK = PHOFF + 56 * (field(GOOD, 56, 2) - 1)  # the last program header
row("PIE for a PC", openamp.RemoteProc, write((16, 2, 3), (STACK, 4, 3)))
row("PIE, too long", openamp.RemoteProc, write((16, 2, 3)))
PIE = read_firmware("virtual_uart.pie.elf")
RELOC = pie_relocations(PIE)
row("PIE, relocation", openamp.RemoteProc, write((RELOC, 8, 16), (RELOC + 8, 8, 0x100000001), image=PIE))
row("PIE, packed", openamp.RemoteProc, write((RELOC, 8, 0x33), image=PIE))
row("PIE, no contents", openamp.RemoteProc, write((RELOC, 8, 0x700000), image=PIE))
row("PIE, elsewhere", openamp.RemoteProc, write((RELOC, 8, 16), (RELOC + 16, 8, 0x20000000), image=PIE))
row("cut short", openamp.RemoteProc, cut())
row("other board", openamp.RemoteProc, write((PHOFF + 24, 8, 0x20400000), (PHOFF + 40, 8, 0x7000)))
VRING = elf_table(GOOD)[1][3] + 28
row("too many buffers", openamp.RemoteProc, write((VRING + 8, 4, 512)))
row("no such core", openamp.RemoteProc, "virtual_uart.elf", core=99)
rproc = openamp.RemoteProc(0x08000000)
row("nothing at the address", rproc.start)
rproc.shutdown()

# The wrong name.
ept = openamp.Endpoint("vuart-chanel")
run("virtual_uart.elf", "vuart-channel", lambda: box.ept.is_ready())
row("misspelt service", ept.send, "a")
row("misspelt service, asked", rproc.reason)
row("misspelt service, its endpoint", repr, ept)
row("too long", box.ept.send, bytes(497))
row("address in use", openamp.Endpoint, "x", src=53)

# The program, twice.
row("run twice", openamp.RemoteProc, "virtual_uart.elf")
row("started twice", rproc.start)
rproc.stop()
row("stopped", box.ept.send, "a")
newer = openamp.RemoteProc("virtual_uart.elf")
row("replaced", rproc.start)
newer.shutdown()
row("shut down", newer.start)
row("closed by that", box.ept.send, "a")
ept.deinit()
row("closed", ept.send, "a")
row("no firmware", openamp.Endpoint("y", dest=1).send, "a")

# It ends by itself.
run("test_crash_reset.elf", "test-crash", crashed)
row("crash at reset", box.ept.send, "a")
end()
run("test_crash_ready.elf", "test-crash", crashed)
row("crash before the announcement", box.ept.send, "a")
end()
run("test_crash.elf", "test-crash", crashed, "segv")
row("crash", box.ept.send, "a")
rproc.start()
wait(box.ept.is_ready)
box.ept.send("ill")
wait(crashed)
row("illegal instruction", repr, rproc)
rproc.start()
wait(box.ept.is_ready)
box.ept.send("exit 0")
wait(crashed)
row("end of main", repr, rproc)
rproc.start()
wait(box.ept.is_ready)
kill_core()
wait(crashed)
row("killed", repr, rproc)
end()


def send_all():
    while box.ept.send("fill", timeout=0) >= 0:
        pass


# It ends while a send waits.
def send_until_killed():
    send_all()
    os.system("(sleep 0.2; kill -9 %d) &" % core_pids()[0])
    box.ept.send("a")


run("test_crash.elf", "test-crash", lambda: box.got, "freeze")
row("crash in a send that waits", send_until_killed)
end()

# It hangs: nothing tells, but who is asked.
run("test_crash.elf", "test-crash", lambda: box.got, "freeze")
send_all()
row("hang", box.ept.send, "a", timeout=200)
row("hang, not waited for", box.ept.send, "a", timeout=0)
row("hang, asked", repr, rproc)
end()
run("virtual_uart.elf", "vuart-channel", lambda: box.ept.is_ready())
os.system("kill -STOP %d" % core_pids()[0])
send_all()
row("frozen", box.ept.send, "a", timeout=200)
os.system("kill -CONT %d" % core_pids()[0])
end()
run("test_silent.elf", "vuart-channel", lambda: True)
row("announces nothing", box.ept.send, "a")
end()

# It breaks the protocol: a ring's index that it cannot have, which it does not mend, as it is frozen.
run("virtual_uart.elf", "vuart-channel", lambda: box.ept.is_ready())
os.system("kill -STOP %d" % core_pids()[0])
offset, entries = elf_table(GOOD)
table = 0x20000000 + bytes(rproc.mem(0x20000000, 0x2000)).find(bytes(GOOD[offset : offset + 8]))
vring = bytes(rproc.mem(table + entries[3] - offset + 28 + 20, 20))
da, align, num = (field(vring, at, 4) for at in (0, 4, 8))
used = (da + 16 * num + 6 + 2 * num + align - 1) // align * align
rproc.mem(used + 2, 2, write=True)[0:2] = b"\xff\x7f"
row("protocol broken", send_all)
end()

# A reference that is lost.
box = Box("nobody")


def lost():
    r = openamp.RemoteProc("virtual_uart.elf")
    r.start()


def collected():
    clobber()
    gc.collect()
    return "running" not in repr(box.ept)


lost()
wait(collected)
row("lost reference", repr, box.ept)


# Callbacks.
def generator(src, data):
    yield


exec("""
def bad(src, data):
    raise ValueError("in a callback")
""")
row("callback is a generator", openamp.Endpoint, "z", generator)
box.ept.deinit()
ept = openamp.Endpoint("vuart-channel", bad)
with openamp.RemoteProc("virtual_uart.elf") as rproc:
    rproc.start()
    wait(ept.is_ready)
    ept.send("a")
    wait(lambda: rproc.stats().received > 1)
    row("callback raises", ept.is_ready)
control = Box("test-services")
with openamp.RemoteProc("test_services.elf") as rproc:
    rproc.start()
    wait(control.ept.is_ready)
    for i in range(4, 10):
        control.ask("announce %d" % i)
    row("too many services", lambda: rproc.stats().forgotten)
os.unlink(NAME)
print(len(seen), "rows")
