# What can be seen of a core: its trace, its counters, its memory; also after a crash.
import openamp, struct
from support import boot_box, elf_table, outcome, read_firmware, wait


table = 0


# Where a board has its memory, and how wide its addresses are, is left out.
def error(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except (OSError, ValueError) as e:
        text = str(e).replace("0x%x" % table, "TABLE") if table else str(e)
        return text.replace("f" * 16, "f" * 8)


with openamp.RemoteProc("test_crash.elf") as rproc:
    print(repr(rproc.trace()))
    box = openamp.Endpoint("test-crash")
    rproc.start()
    wait(box.is_ready)
    box.send("exit 2")
    rproc.irq(lambda rproc: None)
    wait(lambda: rproc.state() == rproc.CRASHED)
    print(repr(rproc.trace()))
print(rproc, outcome(rproc.trace), outcome(rproc.stats), outcome(rproc.mem, 0, 1))
with rproc as same:
    print(same is rproc)
try:
    with openamp.RemoteProc("test_crash.elf") as rproc:
        raise KeyError("passes")
except KeyError as e:
    print(e, rproc)

rproc, box = boot_box()
before = rproc.stats()
box.ask("a")
box.ask("b")
after = rproc.stats()
print(after.received - before.received, after.sent - before.sent, after[1] == after.sent)
print(after.dropped, after.malformed, after.forgotten, after.violations, after.kicks > 0)

# The resource table where the image has it.
image = read_firmware("virtual_uart.elf")
offset, entries = elf_table(image)
table = rproc.symbol("firmware_table")
view = rproc.mem(table, 64)
print(len(view), view[0], bytes(view[0:4]), struct.unpack_from("<II", view))
print(bytes(view[16:20]) == bytes(image[offset + 16 : offset + 20]))
print(type(view[1:3]), bytes(memoryview(view)[0:1]))


def write(view):
    view[8] = 1


def write_slice(view):
    view[8:12] = b"\1\2\3\4"


print(outcome(write, view), outcome(struct.pack_into, "<I", view, 8, 1))
spare = rproc.mem(table + 8, 4, write=True)  # reserved
spare[0] = 7
print(view[8])
struct.pack_into("<I", spare, 0, 0)
print(view[8], outcome(lambda: spare[4]))
for args in ((0x50000000, 4), (table, -1), (-1, 1), (0x1FFFFFFE, 4), (table, 1 << 30)):
    print(error(rproc.mem, *args))
print(outcome(rproc.mem, "a", 1), outcome(rproc.mem, table), outcome(rproc.mem, table, 1.5))
print(len(rproc.mem(table, 0)))

# After stop() what the firmware left is there; after a load it is void, as after shutdown().
rproc.stop()
print(view[0])
rproc.start()
print(error(lambda: view[0]), "|", error(len, view), "|", error(bytes, view))
view = rproc.mem(table, 4)
print(view[0])
rproc.shutdown()
print(error(lambda: view[0]))
print(error(openamp.RemoteProc.attach), "|", outcome(openamp.RemoteProc.attach, core=99))
