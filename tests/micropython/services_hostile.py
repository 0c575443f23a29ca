# What a service callback may do besides: unset itself, stop or restart the core, make many endpoints.
import openamp
from support import Box, boot, wait

heard = []


def unset(src, name):
    heard.append(name)
    openamp.new_service_callback(None)


openamp.new_service_callback(unset)
control = Box("test-services")
rproc = boot("test_services.elf")
wait(control.ept.is_ready)
print("unset:", heard)


def stop(src, name):
    heard.append(name)
    rproc.stop()


heard.clear()
openamp.new_service_callback(stop)
print("stopped:", heard, control.ept.is_ready())
openamp.new_service_callback(None)


def restart(src, name):
    heard.append(name)
    openamp.new_service_callback(None)
    rproc.stop()
    rproc.start()


heard.clear()
rproc.start()
wait(control.ept.is_ready)
openamp.new_service_callback(restart)
wait(control.ept.is_ready)
print("restarted:", heard)


def many(src, name):
    heard.append(name)
    for i in range(20):
        boxes.append(Box(name, dest=src))


boxes = []
heard.clear()
openamp.new_service_callback(many)
print("many:", sorted(heard), all(box.ept.is_ready() for box in boxes), len(boxes))
print(all(box.ask("x")[1:] == b"x" for box in boxes))
