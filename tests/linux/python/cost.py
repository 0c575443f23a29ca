# What a message and its answer cost: N of them, between two calls of chdir(), and the time in us.
import os
import sys
import time

import rig
import openamp
from openamp import RemoteProc

count = int(sys.argv[1])
ept = openamp.Endpoint("cost", dest=0x400)
rproc = RemoteProc.attach()
ept.wait_ready(rig.LIMIT_MS)
data = bytes(20)
buf = bytearray(512)


def exchange(count):
    send, receive = ept.send, ept.recvinto
    for i in range(count):
        send(data)
        receive(buf)


exchange(100)
os.chdir("/")
start = time.ticks_us()
exchange(count)
took = time.ticks_diff(time.ticks_us(), start)
os.chdir("/")
print(took)
