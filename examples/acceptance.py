# The program of the openamp reference: an endpoint, the firmware, messages.
import openamp


def ept_recv_callback(src, data):
    print("Received message on endpoint", data)


# Create a new RPMsg endpoint to communicate with the remote core.
ept = openamp.Endpoint("vuart-channel", callback=ept_recv_callback)

# Create a RemoteProc object, load its firmware and start it.
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()

while True:
    if ept.is_ready():
        ept.send("data")
