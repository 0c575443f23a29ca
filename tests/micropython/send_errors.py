# What send() says in each state.
import openamp
from support import boot_box, kill_core, outcome, wait

nobody = openamp.Endpoint("nobody")
print("before any core:", outcome(nobody.send, "a"))
fixed = openamp.Endpoint("fixed", dest=1024)
print("before any core, with dest:", fixed.is_ready(), outcome(fixed.send, "a"))

rproc, box = boot_box()
print("no such service:", nobody.is_ready(), outcome(nobody.send, "a"))
print("running, with dest:", fixed.is_ready(), outcome(fixed.send, "a"))
rproc.stop()
print("stopped:", box.ept.is_ready(), outcome(box.ept.send, "a"))
print("stopped, with dest:", fixed.is_ready(), outcome(fixed.send, "a"))
print("stopped, timeout=0:", outcome(box.ept.send, "a", timeout=0))
rproc.start()
wait(box.ept.is_ready)
print("started:", box.ask("again"))
kill_core()
wait(lambda: not box.ept.is_ready(), "the end of the core")
print("killed:", outcome(box.ept.send, "a"), outcome(fixed.send, "a"))
box.ept.deinit()
print("closed:", box.ept.is_ready(), outcome(box.ept.send, "a"))
print("closed, with dest:", outcome(box.ept.send, "a", dest=1024))
