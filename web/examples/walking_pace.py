# The program of the openamp reference, at a pace that the eye can follow.
import openamp, time


def ept_recv_callback(src, data):
    print("Received message on endpoint", data)


# Create a new RPMsg endpoint to communicate with the remote core.
ept = openamp.Endpoint("vuart-channel", callback=ept_recv_callback)

# Create a RemoteProc object, load its firmware and start it.
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()

count = 0
while True:
    if ept.is_ready():
        count += 1
        ept.send("data %d" % count, timeout=1000)
    time.sleep_ms(100)
