# Ctrl-C (SIGINT) ends a program that sleeps, one that computes, and a callback that does not return.
from support import boot, own_pid, wait
import openamp, os, time


def interrupt_soon():
    os.system("(sleep 0.3; kill -INT %s) &" % own_pid())


def endless(src, data):
    interrupt_soon()
    while True:
        pass


ept = openamp.Endpoint("vuart-channel", endless)
rproc = boot()
wait(ept.is_ready)


def sleep():
    interrupt_soon()
    time.sleep(20)


def compute():
    interrupt_soon()
    while True:
        pass


def in_callback():
    ept.send("a")
    time.sleep(20)


for function in (sleep, compute, in_callback):
    start = time.ticks_ms()
    try:
        function()
        print("was not interrupted")
    except KeyboardInterrupt:
        print(function.__name__, time.ticks_diff(time.ticks_ms(), start) < 15000)
print(ept.is_ready())
