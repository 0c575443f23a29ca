# An endpoint meets its service whichever of the two is there first.
import openamp
from support import Box, boot, dest_of, wait

before = Box("svc-0")
control = Box("test-services")
rproc = boot("test_services.elf")
wait(before.ept.is_ready)
wait(control.ept.is_ready)
print("before:", before.ask("a"))

# All five were announced by now: the last of them is bound.
after = Box("svc-1")
print("after:", after.ept.is_ready(), after.ask("b"))

# One that is taken is not taken twice.
twice = Box("svc-1")
print("taken:", twice.ept.is_ready())

# A service that goes, and another of its name that comes.
control.ask("withdraw 0")
print("withdrawn:", before.ept.is_ready())
control.ask("announce 0")
print("announced again:", before.ept.is_ready(), before.ask("c"))

# The one that waits gets it when the other is gone.
after.ept.deinit()
control.ask("withdraw 1")
control.ask("announce 1")
print("free again:", twice.ept.is_ready(), twice.ask("d"))

# With the destination given, it is ready at once.
fixed = Box("any name", dest=dest_of(twice.ept))
print("dest:", fixed.ept.is_ready(), fixed.ask("e"))
