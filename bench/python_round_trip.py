# What a round trip costs a program that sends and waits for the callback, or without a callback
# for recvinto(), and the floor: the program with the callback, where a C function schedules it at
# once.
# usage: micropython python_round_trip.py floor|SIZE|recv COUNT, under callgrind: see
# python_floor/floor.c; recv sends 16 bytes
import bench_floor, sys, time

arrived = 0
wait = bench_floor.wait


def receive(src, data):
    global arrived
    arrived += 1


# All names in here are local: how long a search for a global takes is a matter of luck.
def floor(count, schedule, data, wait):
    for _ in range(count):
        schedule(data)
        wait()


def round_trips(count, ept, data, wait):
    for _ in range(count):
        ept.send(data)
        wait()


def receives(count, ept, data, wait):
    buf = bytearray(16)
    for _ in range(count):
        ept.send(data)
        wait()
        ept.recvinto(buf)


what, count = sys.argv[1], int(sys.argv[2])
if what == "floor":
    bench_floor.set_callback(receive)
    loop, target, data = floor, bench_floor.schedule, b""
else:
    import openamp

    ept = openamp.Endpoint("vuart-channel", None if what == "recv" else receive)
    core = openamp.RemoteProc("virtual_uart.elf")
    core.start()
    while not ept.is_ready():
        time.sleep_ms(1)
    bench_floor.block()
    if what == "recv":
        loop, target, data = receives, ept, bytes(16)
    else:
        loop, target, data = round_trips, ept, bytes(int(what))

loop(10, target, data, bench_floor.wait)
bench_floor.run(loop, count, target, data, bench_floor.wait)
if what == "recv":
    arrived = ept.stats().received - ept.any()
if arrived != count + 10:
    raise SystemExit("%d messages of %d arrived" % (arrived, count + 10))
