# What a round trip costs a program that sends and waits for the callback, and the floor: the same
# program, where a C function schedules the callback at once.
# usage: micropython python_round_trip.py floor|SIZE COUNT, under callgrind: see python_floor/floor.c
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


what, count = sys.argv[1], int(sys.argv[2])
if what == "floor":
    bench_floor.set_callback(receive)
    loop, target, data = floor, bench_floor.schedule, b""
else:
    import openamp

    ept = openamp.Endpoint("vuart-channel", receive)
    core = openamp.RemoteProc("virtual_uart.elf")
    core.start()
    while not ept.is_ready():
        time.sleep_ms(1)
    bench_floor.block()
    loop, target, data = round_trips, ept, bytes(int(what))

loop(10, target, data, bench_floor.wait)
bench_floor.run(loop, count, target, data, bench_floor.wait)
if arrived != count + 10:
    raise SystemExit("%d messages of %d arrived" % (arrived, count + 10))
