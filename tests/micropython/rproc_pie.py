# An image without addresses: the board's window for such images is where it lies, for messages,
# trace, names and memory.
import openamp
from support import Box, outcome, wait

rproc = openamp.RemoteProc("virtual_uart.pie.elf")
print(rproc)
box = Box("vuart-channel")
for life in range(3):
    rproc.start()
    wait(box.ept.is_ready)
    print(all(box.ask(b"%d" % i) == b"%d" % i for i in range(100)))
    print("echoing on vuart-channel" in rproc.trace())
    at = rproc.symbol("amp_remote_wait")
    print(0x10000000 < at < 0x10010000, any(bytes(rproc.mem(at & ~1, 16))))
    print(hex(rproc.symbol("__text_begin")))
    print(outcome(rproc.symbol, "no_such_name"))
    rproc.stop()

# The same image beside it, on another core.
other = openamp.RemoteProc("virtual_uart.pie.elf", core=1)
second = Box("vuart-channel", remote=other)
rproc.start()
other.start()
wait(lambda: box.ept.is_ready() and second.ept.is_ready())
print(box.ask(b"one"), second.ask(b"two"))
other.shutdown()
rproc.shutdown()
