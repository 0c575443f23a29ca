# An endpoint without a destination binds to the sender of its first message.
import openamp
from support import Box, boot, wait

control = Box("test-names")
rproc = boot("test_names.elf")
wait(control.ept.is_ready)
box = Box("guest")
control.wait(1)
print(control.got, box.ept.is_ready())
control.ept.send("greet")
box.wait(1)
print(box.got, box.ept.is_ready())
print(box.ask("to the one who wrote"))

# And where the message is dropped because there is no callback.


silent = openamp.Endpoint("silent")
control.wait(2)
control.ept.send("greet")
wait(silent.is_ready)
print(control.got[-1], silent.is_ready())
