# This thread collects garbage while the doorbell wakes it: what the other one still uses stays.
import _thread, gc
from support import boot_box, wait

stop = False
stopped = False
wrong = 0


def keep():
    global stopped, wrong
    while not stop:
        # Found through this thread's stack only, so that its scan takes a while.
        much = [[i] for i in range(3000)]
        wrong += sum([item[0] for item in much]) != 4498500
    stopped = True


def exchange(count):
    ept = box.ept
    for i in range(count):
        ept.send("data")
        gc.collect()
    return count


rproc, box = boot_box()
_thread.start_new_thread(keep, ())
print(exchange(1000))
stop = True
wait(lambda: stopped)
print(wrong)
