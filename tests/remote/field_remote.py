# async_remote with a remote in the shape that the field's firmware has.
import openamp, time
from support import wait

got = []


@openamp.async_remote(lambda src, data: got.append(bytes(data)))
async def task1(ept):
    import asyncio

    print("task1 begins")
    count = 0
    while True:
        ept.send("count = %d" % count)
        count += 1
        await asyncio.sleep_ms(1)


rproc = openamp.RemoteProc("micropython-device.elf")
rproc.start()
wait(lambda: len(got) >= 3)
print(got[:3], task1.done())
rproc.shutdown()
