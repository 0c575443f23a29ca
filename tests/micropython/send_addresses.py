# Explicit addresses: on a bound endpoint, on one that is not bound, and bad ones.
import openamp
from support import Box, boot_box, dest_of, outcome, src_of

rproc, box = boot_box()
uart = dest_of(box.ept)
other = Box("unbound")
print(other.ept.is_ready(), outcome(other.ept.send, "no destination"))
# The echo goes to the sender's address, and binds it.
print(other.ept.send("hello", dest=uart))
other.wait(1)
print(other.got, other.ept.is_ready(), dest_of(other.ept) == uart)

# In another's name.
print(box.ept.send("for the other", src=src_of(other.ept)))
other.wait(2)
print(other.got)
third = Box("third")
print(third.ept.send("by both", src=src_of(box.ept), dest=uart))
box.wait(1)
print(box.got, third.got, third.ept.is_ready())

for bad in (-2, 1 << 32, 1 << 70):
    print(outcome(box.ept.send, "a", src=bad), outcome(box.ept.send, "a", dest=bad))
for bad in ("1", None):
    print(outcome(box.ept.send, "a", src=bad), outcome(box.ept.send, "a", dest=bad))

third.ept.deinit()
print(outcome(third.ept.send, "closed", src=1, dest=uart))
rproc.stop()
print(outcome(other.ept.send, "stopped", dest=uart))
