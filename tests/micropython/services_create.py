# Inside the callback an endpoint can be made, bound by dest or by name, and can send.
import openamp
from support import Box, boot, wait

boxes = {}


def service(src, name):
    if name == "svc-3":
        boxes[name] = Box(name)
    else:
        boxes[name] = Box(name, dest=src)
    ready = boxes[name].ept.is_ready()
    print(name, ready, boxes[name].ept.send("from " + name))


openamp.new_service_callback(service)
rproc = boot("test_services.elf")
wait(lambda: "test-services" in boxes, "the last service")
for name in sorted(boxes)[:4]:
    boxes[name].wait(1)
    print(name, boxes[name].got)

# One bound by dest knows its service: it is withdrawn and comes again.
control = boxes["test-services"]
control.ask("withdraw 1")
print(boxes["svc-1"].ept.is_ready())
control.ask("announce 1")
print(boxes["svc-1"].ept.is_ready(), boxes["svc-1"].ask("again"))
