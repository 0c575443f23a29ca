# Another thread collects garbage again and again: this one gets the heap between two collections,
# not when the other one happens to be late.
import _thread, gc
from support import wait

stop = False
stopped = False
collections = 0


def collect():
    global collections, stopped
    while not stop:
        gc.collect()
        collections += 1
    stopped = True


def allocate(count):
    before = collections
    for i in range(count):
        [i]
    return (collections - before) / count


_thread.start_new_thread(collect, ())
wait(lambda: collections > 10)
each = allocate(2000)
stop = True
wait(lambda: stopped)
print(each < 5 or each)
