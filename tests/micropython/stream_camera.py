# Pictures that are larger than a message: lines of a picture come in pieces, behind a head that
# says how long the picture is; the other side asks for the next one when it has room for it.
import asyncio, openamp, struct
from support import quiet

WIDTH, HEIGHT, PICTURES = 320, 60, 8
HEAD = "<4sHHHI"  # a mark, the number, width, height, sum of all bytes


def picture(number):
    return bytes((number * 31 + i * 7 + i // WIDTH) & 255 for i in range(WIDTH * HEIGHT))


# The other core gives back what it gets: it is the cable between the camera and the display.
async def camera(ept, wanted):
    writer = asyncio.StreamWriter(ept, {})
    for number in range(PICTURES):
        await wanted.wait()
        wanted.clear()
        data = picture(number)
        writer.write(struct.pack(HEAD, b"PICT", number, WIDTH, HEIGHT, sum(data)))
        for line in range(HEIGHT):
            writer.write(data[line * WIDTH : (line + 1) * WIDTH])
            await writer.drain()


async def display(ept, wanted, screen):
    reader = asyncio.StreamReader(ept)
    wanted.set()
    for number in range(PICTURES):
        head = struct.unpack(HEAD, await reader.readexactly(struct.calcsize(HEAD)))
        total = 0
        for line in range(head[3]):
            data = await reader.readexactly(head[2])
            screen[line * WIDTH : (line + 1) * WIDTH] = data
            total += sum(data)
        print(head[:4] == (b"PICT", number, WIDTH, HEIGHT), total == head[4], screen == picture(number))
        wanted.set()


# The same with a buffer for each piece, as a driver of a camera fills it in place.
def in_place(ept):
    data = memoryview(picture(PICTURES))
    screen = bytearray(len(data))
    size = ept.mtu - 4
    sent = received = 0
    while received < len(data):
        piece = ept.send_buffer(timeout=0) if sent < len(data) else None
        if piece is not None:
            n = min(size, len(data) - sent)
            struct.pack_into("<I", piece, 0, sent)
            memoryview(piece)[4 : 4 + n] = data[sent : sent + n]
            piece.send(4 + n)
            sent += n
            continue
        with ept.hold() as message:
            view = memoryview(message)
            (offset,) = struct.unpack_from("<I", view, 0)
            screen[offset : offset + len(view) - 4] = view[4:]
            received += len(view) - 4
    print(screen == data, received == sent, ept.stats().held, ept.stats().dropped)


async def main():
    ept = openamp.Endpoint("vuart-channel")
    rproc = quiet(openamp.RemoteProc("virtual_uart.elf"))
    rproc.start()
    ept.wait_ready()
    wanted = asyncio.Event()
    screen = bytearray(WIDTH * HEIGHT)
    await asyncio.gather(camera(ept, wanted), display(ept, wanted, screen))
    in_place(ept)
    rproc.shutdown()


asyncio.run(main())
