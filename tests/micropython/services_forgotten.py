# More announcements than are remembered: said once on the console, in this run of the interpreter.
import openamp
from support import Box, boot, wait

for life in range(2):
    control = Box("test-services")
    rproc = boot("test_services.elf")
    wait(control.ept.is_ready)
    # After the six that the firmware begins with.
    for i in range(4, 10):
        print(life, i + 3, "are announced")
        control.ask("announce %d" % i)
    rproc.shutdown()

# The last eight were remembered.
control = Box("test-services")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
for i in range(4, 10):
    control.ask("announce %d" % i)
more = [Box("more") for i in range(6)]
print([box.ept.is_ready() for box in more], Box("svc-0").ept.is_ready())
