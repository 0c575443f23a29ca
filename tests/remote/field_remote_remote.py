# Executes what comes on "vm", and sends there what is printed: a stream of Python around an endpoint.
import asyncio, io, marshal, openamp, os, struct


class EndpointIO(io.IOBase):
    def __init__(self, ept):
        self.ept = ept

    def write(self, data):
        self.ept.send(data, timeout=0)

    def ioctl(self, request, arg):
        return 4 if request == 3 and self.ept.is_ready() else 0


def nothing():
    pass


def receive(src, data):
    name_len, code_len = struct.unpack("<II", data[0:8])
    name, code = struct.unpack("%ds%ds" % (name_len, code_len), data[8:])
    function = type(nothing)(marshal.loads(code), {})
    name = name.decode()
    tasks.append(asyncio.create_task(function(openamp.Endpoint(name))))


tasks = []
vm = openamp.Endpoint("vm", receive)
os.dupterm(EndpointIO(vm), 0)


async def main():
    while True:
        await asyncio.sleep_ms(10)


asyncio.run(main())
