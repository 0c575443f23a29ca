# The calls of several tasks at once.
import asyncio
import errno
import openamp
from openamp import rpc
from support import quiet


async def fails(awaitable):
    try:
        return await awaitable
    except rpc.RPCError as e:
        return "RPCError " + str(e)
    except OSError as e:
        return "OSError " + errno.errorcode.get(e.errno, "EPIPE" if e.errno == openamp.EPIPE else str(e))


async def main():
    core = rpc.AIORPC()
    core.bind(lambda a, b: a - b, "sub")
    raw = openamp.AIOEndpoint("raw")
    rproc = quiet(openamp.RemoteProc("test_rpc.elf"))
    rproc.start()
    await raw.ready()
    await raw.asend(b"\x00")
    print(await core.call("add", 1, 2))
    print(await asyncio.gather(*(core.call("add", i, 100) for i in range(20))))
    # One is given up, and one is cancelled; the others get their answers.
    waits = asyncio.create_task(fails(core.call("never", timeout=-1)))
    late = asyncio.create_task(fails(core.call("never", timeout=50)))
    print(await asyncio.gather(*(core.call("add", i, 7) for i in range(5))))
    waits.cancel()
    print(await late, core._calls)
    print(await core.call("add", 30, 4))
    print(await fails(core.call("add", "x", 1)), await fails(core.call("nothing")))
    await core.notify("nothing")
    # Calls of the other core are served by whoever reads.
    server = asyncio.create_task(core.serve())
    await core.call("ask", 9, 4)
    while b"\x05" not in await core.call("answer"):
        pass
    print(await core.call("answer"))
    server.cancel()
    # It dies with calls under way: each ends, and the next session is as the first.
    print(await asyncio.gather(*(fails(core.call(m)) for m in ("never", "never", "die"))))
    rproc.start()
    print(await core.call("add", 5, 6), core.unclaimed, core.bad)
    rproc.shutdown()


asyncio.run(main())
