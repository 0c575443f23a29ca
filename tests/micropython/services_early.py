# Announcements that come before the callback are kept for it.
import openamp
from support import Box, boot, wait

control = Box("test-services")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
mine = Box("svc-2")
heard = []
openamp.new_service_callback(lambda src, name: heard.append(name))
print(heard)
