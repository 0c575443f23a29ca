# A part of MicroPython's heap lies in D2 SRAM, where images go: none is loaded over it.
import gc
import openamp
from support import Box, wait


def attempt(entry):
    try:
        return openamp.RemoteProc(entry)
    except OSError as e:
        # The sizes of the segments are the compiler's.
        text = e.args[1]
        print(e.errno, text[: text.find("0x3")], text[text.find(": overlaps") :])


# More than the board has of other memory, each with contents of its own.
def contents(i):
    return bytes([i]) * 40000


blocks = [contents(i) for i in range(12)]
attempt("virtual_uart.elf")
gc.collect()
print([i for i, block in enumerate(blocks) if sum(block) != i * len(block)])
blocks = None
gc.collect()

# Firmware that is linked for what the heap leaves.
box = Box("vuart-channel")
rproc = attempt(__file__[: __file__.rfind("/") + 1] + "virtual_uart_sram2.elf")
rproc.start()
wait(box.ept.is_ready)
print(box.ask("beside the heap"))
