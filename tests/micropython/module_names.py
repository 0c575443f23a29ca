# The module has two names and is one: an import by the second begins nothing again.
import openamp
from support import boot, wait

heard = []
got = []
openamp.new_service_callback(lambda src, name: heard.append(name))
ept = openamp.Endpoint("svc-0", lambda src, data: got.append(bytes(data)))
rproc = boot("test_services.elf")
wait(ept.is_ready)

import uopenamp

print(uopenamp is openamp, uopenamp.__name__)
print(type(uopenamp.__version__), [number.isdigit() for number in uopenamp.__version__.split(".")])
wait(lambda: "svc-3" in heard)
print(sorted(heard), ept.is_ready())
ept.send("x")
wait(lambda: got)
print(got)

# A second endpoint, made by the other name, is one of the same core.
other = uopenamp.Endpoint("svc-1", lambda src, data: got.append(bytes(data)))
print(other.is_ready(), other.send("y"))
wait(lambda: len(got) == 2)
print(got)

import openamp

rproc.shutdown()
print(ept.is_ready(), other.is_ready())
