# An endpoint that waits for a name is given what becomes free: what another one had that is closed,
# and a service that has moved. The oldest that waits is first.
import openamp
from support import Box, boot, dest_of, wait


def ready(*boxes):
    return [box.ept.is_ready() for box in boxes]


first, second, third = [Box("svc-0") for i in range(3)]
control = Box("test-services")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
print("one service:", ready(first, second, third))
first.ept.deinit()
print("the first is closed:", ready(second, third), second.ask("a"))
print("made now:", ready(Box("svc-0")))

# The new one first, then the old one goes: as a program does that replaces its callback.
second.ept.deinit()
print("the second is closed:", ready(third), third.ask("b"))


# In its own callback, with a message behind.
def once(src, data):
    got.append(bytes(data))
    own.deinit()
    got.append(heir.ept.is_ready())


got = []
own = openamp.Endpoint("svc-1", once)
heir = Box("svc-1")
own.send("c")
own.send("nobody's")
wait(lambda: len(got) == 2)
print("in its own callback:", got, heir.ask("d"))

# With the address given, it has the service all the same.
given = Box("svc-2", dest=dest_of(heir.ept) + 1)
waits = Box("svc-2")
print("given:", ready(given, waits), given.ask("e"))
given.ept.deinit()
print("the given one is closed:", ready(waits), waits.ask("f"))

# A service that moves: announced at its new place, then withdrawn at the old one.
control.ask("announce 4")
mover = Box("more")
old = dest_of(mover.ept)
control.ask("announce 5")
print("twice:", ready(mover), dest_of(mover.ept) == old)
control.ask("withdraw 4")
print("moved:", ready(mover), dest_of(mover.ept) == old, mover.ask("g"))
control.ask("withdraw 5")
print("gone:", ready(mover))

# One of two loses its service, and gets that of the other when that is closed.
control.ask("announce 6")
younger = Box("more")
control.ask("announce 7")
print("two of them:", ready(mover, younger))
control.ask("withdraw 6")
print("lost:", ready(mover, younger))
younger.ept.deinit()
print("found:", ready(mover), mover.ask("h"))


# In a service callback, of an endpoint that is made there.
def service(src, name):
    if name == "more" and not pair:
        ept = openamp.Endpoint(name)
        pair.append(Box(name))
        pair.append(ept.is_ready())
        ept.deinit()
        pair.append(pair[0].ept.is_ready())


pair = []
mover.ept.deinit()
openamp.new_service_callback(service)
openamp.new_service_callback(None)
print("in a service callback:", pair[1:], pair[0].ask("i"))
rproc.shutdown()

# The same line again without deinit(): the older one has the service, in each session, until a
# shutdown closes it.
kept, again = [Box("vuart-channel") for i in range(2)]
rproc = openamp.RemoteProc("virtual_uart.elf")
for session in range(2):
    rproc.start()
    wait(kept.ept.is_ready)
    print("again:", ready(kept, again))
    rproc.stop()
rproc.shutdown()
rproc = boot()
wait(again.ept.is_ready)
print("after a shutdown:", ready(kept, again), again.ask("j"))
