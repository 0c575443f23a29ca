# Functions of this program that the other core executes: its MicroPython is the firmware.
import openamp


def received(src, data):
    print("so far:", bytes(data).decode())


@openamp.async_remote(received, args=(20,))
async def primes(ept, limit):
    import asyncio

    found = []
    for n in range(2, limit):
        prime = True
        for p in found:
            prime = prime and n % p != 0
        if prime:
            found.append(n)
            if len(found) % 4 == 0:
                ept.send(str(len(found)))
        await asyncio.sleep_ms(0)  # others have a turn
    return found


@openamp.async_remote
async def wrong(ept):
    return 1 / 0


with openamp.RemoteProc("micropython-device.elf") as rproc:
    rproc.start()
    print(primes.result(20000))
    primes.start(10)
    print(primes.result(20000))
    try:
        wrong.result(20000)
    except openamp.RemoteError as e:
        print("there:", str(e).strip().split("\n")[-1])
