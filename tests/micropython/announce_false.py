# An endpoint that the other core is not told of: it is bound by its name and by its first message,
# early and late, in each session, and it is not withdrawn.
import openamp
from support import Box, boot, src_of, wait

quiet = Box("quiet", announce=False)
control = Box("test-names", announce=False)
rproc = openamp.RemoteProc("test_names.elf")


# What the firmware heard from `n` on; "loud" is the last of it.
def heard(n):
    openamp.Endpoint("loud", announce=True).deinit()
    wait(lambda: control.got[n:][-1:] == [b"-loud"])
    return control.got[n:]


for session in range(2):
    rproc.start()
    wait(control.ept.is_ready)
    n = len(control.got)
    control.ept.send("I am here")  # it reports to who has spoken
    print("early:", heard(n))
    n = len(control.got)
    Box("quiet too", announce=False).ept.deinit()
    print("made and closed:", heard(n))
    # By the echo of a message that has its address.
    print("by message:", quiet.ept.is_ready(), end=" ")
    guest = Box("guest")
    control.wait(len(control.got) + 1)
    control.ept.send("greet")
    wait(guest.ept.is_ready)
    guest.ept.send("for another", src=src_of(quiet.ept))
    wait(quiet.ept.is_ready)
    print(quiet.got, quiet.ask("bound"))
    quiet.got.clear()
    guest.ept.deinit()
    rproc.stop()
rproc.shutdown()

# By name, when it is known already. With a destination it makes no difference.
rproc = boot()
first = Box("vuart-channel")
wait(first.ept.is_ready)
first.ept.deinit()
late = Box("vuart-channel", announce=False)
print("late:", late.ept.is_ready(), late.ask("a"))
print("given:", Box("any", dest=1024, announce=False).ask("b"))
