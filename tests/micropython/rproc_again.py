# The acceptance program, again and again in one run of the interpreter, as it is pasted at the
# prompt: an endpoint, a RemoteProc, messages. Only that it ends is added.
import openamp, time
from support import BOUND_MS, core_pids, wait

PROGRAM = """
def ept_recv_callback(src, data):
    answers.append(bytes(data))

answers = []
ept = openamp.Endpoint("vuart-channel", callback=ept_recv_callback)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
start = time.ticks_ms()
while len(answers) < 3 and time.ticks_diff(time.ticks_ms(), start) < BOUND_MS:
    if ept.is_ready():
        ept.send("data")
"""


def once():
    exec(PROGRAM)
    return answers[:3], len(core_pids())


print(once())
for i in range(3):
    rproc.shutdown()
    print("after shutdown():", once())
for i in range(3):
    del ept, rproc
    print("after del:", once())


def refused(program, owner):
    try:
        exec(program)
    except OSError as error:
        errno, text = error.args
        print(errno, text.replace("%x" % id(owner), "THIS"), len(core_pids()))


# A live object holds the core: it is named, and goes on.
AGAIN = "openamp.RemoteProc('virtual_uart.elf')"
refused(PROGRAM, rproc)
refused(AGAIN, rproc)
# What it says is what helps. The endpoint that waited meanwhile is bound now.
rproc.shutdown()
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
wait(ept.is_ready)
print("after what it said:", ept.send("data"))

# No name, but a reference.
holder = [rproc]
rproc = None
refused(AGAIN, holder[0])
holder.clear()
print("after clear():", once())
