# new_service_callback(): what is delivered, when, and to whom.
import openamp
from support import Box, boot, outcome, wait

heard = []


def service(src, name):
    heard.append(name)
    if not isinstance(src, int) or not isinstance(name, str):
        print("wrong types")


print(openamp.new_service_callback(service))
# A local endpoint of the name takes its service silently.
control = Box("test-services")
taken = Box("svc-1")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
print(heard, taken.ept.is_ready())

for bad in (1, "text", [], object()):
    print(outcome(openamp.new_service_callback, bad))
print(outcome(openamp.new_service_callback))
heard.clear()
control.ask("withdraw 3")
control.ask("announce 3")
print("the old one stays:", heard)

print(openamp.new_service_callback(None))
heard.clear()
control.ask("withdraw 0")
control.ask("announce 0")
print("none:", heard)

# Kept, and delivered when there is a callback; those it has seen are not repeated.
openamp.new_service_callback(service)
print("kept:", heard)
heard.clear()
openamp.new_service_callback(None)
openamp.new_service_callback(service)
print("again:", heard)
