# Without a callback messages are dropped, and cost nothing: far more of them than buffers.
import openamp
from support import Box, boot, dest_of, wait

ept = openamp.Endpoint("vuart-channel")
rproc = boot()
wait(ept.is_ready)
for i in range(500):
    ept.send("dropped")
box = Box("other", dest=dest_of(ept))
print(box.ask("heard"))
print(ept.send("", src=77), ept.send("by the other", dest=dest_of(ept)), ept.is_ready())
none = openamp.Endpoint("none", None, dest=dest_of(ept))
none.send("dropped")
print(box.ask("heard"), len(box.got))
