# Another thread than the main one may not come in where there is no lock around the interpreter.
import _thread, openamp
from support import boot_box, outcome, wait

rproc, box = boot_box()
results = []


def other():
    results.append(outcome(openamp.Endpoint, "thread"))
    results.append(outcome(box.ept.send, "a"))
    results.append(outcome(box.ept.deinit))
    results.append("end")


_thread.start_new_thread(other, ())
wait(lambda: results and results[-1] == "end")
print(results)


# Threads that compute do not hinder messages.  All global names are there before: a
# dictionary that grows is no place to look for one, without a lock around the interpreter.
stop = False
stopped = False
count = 0
wrong = 0


def compute():
    global stopped
    while not stop:
        sum([i for i in range(100)])
    stopped = True


def receive(src, data):
    global count, wrong
    wrong += data != b"%d" % count
    count += 1


def exchange():
    global stop
    box.ept.deinit()
    ept = openamp.Endpoint("vuart-channel", receive)
    wait(ept.is_ready)
    _thread.start_new_thread(compute, ())
    for i in range(2000):
        ept.send("%d" % i)
    wait(lambda: count == 2000)
    stop = True
    wait(lambda: stopped)


exchange()
print(count, wrong)
