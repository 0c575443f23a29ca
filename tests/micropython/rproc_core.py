# symbol(): names of the firmware, as long as the file is what was loaded.  coredump(): what gdb opens.
import openamp, os
from support import Box, put, quiet, read_firmware, temporary, wait


def error(function, *args):
    try:
        return function(*args)
    except (OSError, KeyError) as e:
        return type(e).__name__ + " " + str(e).replace(image, "image.elf")


image = temporary("image.elf")
core = temporary("core")
said = temporary("gdb.txt")
good = read_firmware("test_crash.elf")


def write(contents):
    with open(image, "wb") as f:
        f.write(contents)


write(good)
box = Box("test-crash")
rproc = quiet(openamp.RemoteProc(image))
table = rproc.symbol("firmware_table")
print(bytes(rproc.mem(table, 8)), rproc.symbol("main") != table)
print(error(rproc.symbol, "no_such_name"), "|", error(rproc.symbol, "firmware_tabl"))
print(type(error(rproc.symbol, "x" * 100)))
rproc.start()
wait(box.ept.is_ready)
print(rproc.symbol("firmware_table") == table)

# Another file, one without a symbol table, one that is cut short, none.
offset = bytes(good).find(bytes(rproc.mem(rproc.symbol("main"), 16)))
other = bytearray(good)
other[offset] ^= 1
write(other)
print(error(rproc.symbol, "main"))
write(good[: offset - 8])
print(error(rproc.symbol, "main"))
other = bytearray(good)
put(other, 60, 2, 0)  # e_shnum
write(other)
print(error(rproc.symbol, "main"))
os.unlink(image)
print(error(rproc.symbol, "main").split(": looked")[0])
write(good)

# After a crash: gdb finds the memory of the core, what the firmware left in it, and the way to
# the instruction that was the last.
box.ept.send("segv")
wait(lambda: rproc.state() == rproc.CRASHED)
print(rproc.coredump(core))
os.system(
    "gdb -nx -batch -ex 'p firmware_table.header' -ex 'p link.violation' -ex bt %s %s >%s 2>&1"
    % (image, core, said)
)
with open(said) as f:
    text = f.read()
for line in text.split("\n"):
    if line.startswith("$") or "terminated" in line:
        print(line)
frames = [line.split(" (")[0].split()[-1] for line in text.split("\n") if line.startswith("#")]
print(frames[1:3], "amp_rpmsg_poll" in frames, frames[-1])
print(error(rproc.coredump, "/no such folder/core"))
rproc.stop()
print(rproc.coredump(core), os.stat(core)[6] > 4096)
rproc.shutdown()
print(error(rproc.symbol, "main"), "|", error(rproc.coredump, core))
for path in (image, core, said):
    os.unlink(path)
