# A service callback of core 2 sends to core 0 and has to wait; what a message callback of core 0
# makes meanwhile is core 0's.
import openamp
from support import boot_box, dest_of, outcome, wait

made = []
ended = []


def message(src, data):
    if not made:
        made.append(openamp.Endpoint("made", src=5000))


def service(src, name):
    while not made:
        ept.send("a" * 400)
    # And what this one makes now is still core 2's.
    openamp.Endpoint("made later", src=6000)
    ended.append(name)


first, box = boot_box()
ept = openamp.Endpoint("any", message, dest=dest_of(box.ept))
second = openamp.RemoteProc("virtual_uart.elf", core=2)
second.new_service_callback(service)
second.start()
wait(lambda: ended, "a service of core 2")
for src in (5000, 6000):
    print(src, [outcome(openamp.Endpoint, "b", src=src, remote=core) for core in (0, 2)].index("OSError EADDRINUSE"))
first.shutdown()
second.shutdown()
