# What the programs of this folder share: the kernel's own view, beside the module's.
import os
import time

CORES = "/sys/class/remoteproc/"
CORE = CORES + "remoteproc0/"
DRIVER = "/sys/bus/rpmsg/drivers/rpmsg_chrdev"
LIMIT_MS = 20000  # of a wait that a test makes: generous


def read(path):
    with open(path) as f:
        return f.read().strip()


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


# The number of the core that has this name.
def number(name):
    return next(int(core[10:]) for core in os.listdir(CORES) if read(CORES + core + "/name") == name)


def state():
    return read(CORE + "state")


# All that a program may leave behind: files of its own, nodes, channels that are bound.
def left():
    nodes = sorted(n for n in os.listdir("/dev") if n.startswith("rpmsg"))
    bound = sorted(d for d in os.listdir(DRIVER) if d.startswith("virtio"))
    return len(os.listdir("/proc/self/fd")), nodes, bound


def wait(condition, what="it"):
    end = time.ticks_add(time.ticks_ms(), LIMIT_MS)
    while not condition():
        assert time.ticks_diff(end, time.ticks_ms()) > 0, what
        time.sleep_ms(1)


# What an error says: its number's name and its text.
def error(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except OSError as e:
        return str(e)
    raise AssertionError("no error")


def says(text, *parts):
    assert all(part in text for part in parts), text
