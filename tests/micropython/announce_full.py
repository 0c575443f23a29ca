# An announcement finds the ring full at a peer that never rings for what it consumed: it goes out
# by itself when there is room, while the program sleeps and while it computes.
import openamp
from support import Box, boot, fill, stand_still, wait

for sleeps in (True, False):
    box = Box("test-quiet")
    rproc = boot("test_quiet.elf")
    wait(box.ept.is_ready)
    stand_still(True)
    fill(box.ept)
    late = Box("late")
    print(box.ept.send("no room", timeout=0))
    stand_still(False)
    if sleeps:
        late.wait(1)
    else:
        turns = 0
        while not late.got and turns < 500000000:
            turns += 1
    print(late.got)
    rproc.shutdown()
