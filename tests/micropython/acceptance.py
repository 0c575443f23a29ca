# The program of the reference, until 10,000 messages have come back.
import openamp

COUNT = 10000
sent = 0
received = 0
wrong = 0


def ept_recv_callback(src, data):
    global received, wrong
    wrong += data != b"data %d" % received
    received += 1


ept = openamp.Endpoint("vuart-channel", callback=ept_recv_callback)

rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()

while received < COUNT:
    if ept.is_ready() and sent < COUNT:
        ept.send("data %d" % sent)
        sent += 1

print(sent, received, wrong)
