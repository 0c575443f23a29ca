# An announcement finds the ring full at a peer that never rings for what it consumed: it goes out
# by itself when there is room, while the program sleeps and while it computes.
import openamp
from support import Box, boot, fill, wait

for sleeps in (True, False):
    box = Box("test-quiet")
    rproc = boot("test_quiet.elf")
    wait(box.ept.is_ready)
    hold = rproc.mem(rproc.symbol("hold"), 4, write=True)
    hold[0] = 1
    box.ept.send("stand still")
    wait(lambda: hold[0] == 2)
    fill(box.ept)
    late = Box("late")
    print(box.ept.send("no room", timeout=0))
    hold[0] = 0
    if sleeps:
        late.wait(1)
    else:
        turns = 0
        while not late.got and turns < 500000000:
            turns += 1
    print(late.got)
    rproc.shutdown()
