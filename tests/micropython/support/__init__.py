# What the tests share.  Nothing here depends on how long things take: a test
# waits for its event, and the bound is only there so that it ends.
import openamp, os, time

BOUND_MS = 20000

# The numbers of Linux, whichever of them this MicroPython has names for.
ERRNO = {
    2: "ENOENT",
    5: "EIO",
    8: "ENOEXEC",
    11: "EAGAIN",
    16: "EBUSY",
    19: "ENODEV",
    22: "EINVAL",
    32: "EPIPE",
    35: "EDEADLK",
    90: "EMSGSIZE",
    98: "EADDRINUSE",
    107: "ENOTCONN",
    110: "ETIMEDOUT",
}


def wait(condition, what="the event"):
    start = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), start) > BOUND_MS:
            raise RuntimeError("no sign of " + what)
        time.sleep_ms(5)


# What calling `function` ends in: its result, or the exception.
def outcome(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except OSError as e:
        return "OSError " + ERRNO.get(e.errno, str(e.errno))
    except Exception as e:
        return type(e).__name__


# An endpoint that keeps a copy of all it receives.
class Box:
    def __init__(self, name, **kwargs):
        self.got = []
        self.ept = openamp.Endpoint(name, self.receive, **kwargs)

    def receive(self, src, data):
        self.got.append(bytes(data))

    def wait(self, count):
        wait(lambda: len(self.got) >= count, "%d messages, only %d" % (count, len(self.got)))

    # Send one message and wait for one.
    def ask(self, data):
        before = len(self.got)
        self.ept.send(data)
        self.wait(before + 1)
        return self.got[before]


# Freeze the core of test_crash, and fill its ring: there is no room from now on.
# All its earlier messages were taken when it says that it is frozen.
def freeze(box):
    box.ask("freeze")
    return fill(box.ept)


def fill(ept):
    n = 0
    while ept.send("fill", timeout=0) >= 0:
        n += 1
    return n


# No line on the console when its core crashes: what it says is the machine's own.
def quiet(rproc):
    if hasattr(rproc, "irq"):
        rproc.irq(lambda rproc: None)
    return rproc


# Write over what dead calls have left on the stack, where the collector would find it.
def clobber(n=20):
    return 0 if n == 0 else 1 + clobber(n - 1)


# A running core.
def boot(firmware="virtual_uart.elf"):
    rproc = quiet(openamp.RemoteProc(firmware))
    rproc.start()
    return rproc


# A running core, and a box bound to its service.
def boot_box(firmware="virtual_uart.elf", name="vuart-channel"):
    box = Box(name)
    rproc = boot(firmware)
    wait(box.ept.is_ready, name)
    return rproc, box


def firmware_path(name):
    directory = os.getenv("OPENAMP_FIRMWARE")
    return directory + "/" + name if directory else name


def read_firmware(name):
    with open(firmware_path(name), "rb") as f:
        return bytearray(f.read())


# A name for a file that no other test has.
def temporary(suffix):
    return "%s/openamp-test-%s-%s" % (os.getenv("TMPDIR") or "/tmp", own_pid(), suffix)


def own_pid():
    with open("/proc/self/stat") as f:
        return f.read().split()[0]


# The processes of our cores that are alive.
def core_pids():
    pids = []
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            with open("/proc/" + pid + "/stat") as f:
                stat = f.read()
        except OSError:
            continue  # ended meanwhile
        name = stat[stat.find("(") + 1 : stat.find(")")]
        state, parent = stat[stat.find(")") + 2 :].split()[:2]
        if name.startswith("amp-core") and parent == own_pid() and state != "Z":
            pids.append(int(pid))
    return pids


def kill_core():
    for pid in core_pids():
        os.system("kill -9 %d" % pid)


# The addresses of an endpoint, as it prints itself.
def src_of(ept):
    return int(str(ept).split("src=")[1].split()[0], 16)


def dest_of(ept):
    return int(str(ept).split("dest=")[1].split()[0].rstrip(">"), 16)


def field(image, offset, size):
    return int.from_bytes(image[offset : offset + size], "little")


def put(image, offset, size, value):
    image[offset : offset + size] = value.to_bytes(size, "little")


# What follows is about ELF64; elf32.py has the same for other boards.
def elf_entry(image):
    return field(image, 24, 8)


# Where the section header of that name is in an image.
def elf_section(image, name):
    headers, count, names = field(image, 40, 8), field(image, 60, 2), field(image, 62, 2)
    text = field(image, headers + 64 * names + 24, 8)
    for i in range(count):
        at = headers + 64 * i
        start = text + field(image, at, 4)
        if bytes(image[start : start + len(name) + 1]) == name.encode() + b"\0":
            return at


# The offset of its length in a section header, and how long that number is.
def elf_section_size(at):
    return at + 32, 8


# Where the resource table is in an image, and its entries by their type.
def elf_table(image):
    table = field(image, elf_section(image, ".resource_table") + 24, 8)
    entries = {}
    for i in range(field(image, table + 4, 4)):
        entry = table + field(image, table + 16 + 4 * i, 4)
        entries[field(image, entry, 4)] = entry
    return table, entries


# A copy of the firmware with rings of `count` buffers.
def with_rings(firmware, count):
    path = temporary("%d-%s" % (count, firmware))
    image = read_firmware(firmware)
    vdev = elf_table(image)[1][3]
    put(image, vdev + 28 + 8, 4, count)
    put(image, vdev + 28 + 20 + 8, 4, count)
    with open(path, "wb") as f:
        f.write(image)
    return path


# A block device in memory.
class RAM:
    def __init__(self, blocks):
        self.data = bytearray(512 * blocks)

    def readblocks(self, n, buf, offset=0):
        at = n * 512 + offset
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, offset=None):
        at = n * 512 + (offset or 0)
        self.data[at : at + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.data) // 512
        if op == 5:
            return 512
        if op == 6:
            return 0
