# Another thread collects garbage again and again: it signals this one, which the doorbell signals too.
import _thread, gc, openamp, time
from support import boot_box, wait

stop = False
stopped = False


def collect():
    global stopped
    while not stop:
        gc.collect()
    stopped = True


def exchange(ms):
    # Found through this thread's stack only, so that its scan takes a while.
    much = [[i] for i in range(10000)]
    begin = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), begin) < ms:
        box.ask("data")
    return len(much)


rproc, box = boot_box()
_thread.start_new_thread(collect, ())
print(exchange(1500))
stop = True
wait(lambda: stopped)
