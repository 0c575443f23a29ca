# A host in the shape that the field's firmware has: it sends the tasks' code when "vm" is announced,
# and makes a task's endpoint when that is.
import marshal, openamp, struct
from support import wait

got = []
said = []
tasks = {}
endpoints = {}


def vm_receive(src, data):
    said.append(bytes(data))


def announced(src, name):
    if name == "vm":
        endpoints["vm"] = openamp.Endpoint("vm", vm_receive, dest=src)
        for task, code in tasks.items():
            data = struct.pack("<II", len(task), len(code)) + task.encode() + code
            endpoints["vm"].send(data, timeout=1000)
    elif name in tasks:
        endpoints[name] = openamp.Endpoint(name, callback=lambda src, data: got.append(bytes(data)))


async def count(ept):
    import asyncio

    print("Hello")
    for i in range(3):
        ept.send("count = %d" % i)
        await asyncio.sleep_ms(1)


async def fails(ept):
    raise ValueError("no reason")


for function in (count, fails):
    tasks[function.__name__] = marshal.dumps(function.__code__)
openamp.new_service_callback(announced)
rproc = openamp.RemoteProc("micropython-device.elf")
rproc.start()
wait(lambda: len(got) == 3)
print(got)
wait(lambda: b"ValueError: no reason" in b"".join(said))
print(b"Hello\n" in b"".join(said), b'Task "fails" raised' in b"".join(said))
rproc.shutdown()
