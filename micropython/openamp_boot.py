# What MicroPython on a remote core does first where it has no program (/rom/remote.py), before its
# prompt: its terminal is there for the host, over an endpoint.
import micropython, os, sys
from aioendpoint import AIOEndpoint

terminal = AIOEndpoint("repl", eof=False, timeout=1000)
os.dupterm(terminal)
if sys.platform == "sim":
    # Nothing else is typed at it: until the host has a terminal, it executes what it is sent.
    import openamp_tasks

    micropython.kbd_intr(3)
    try:
        openamp_tasks.serve(terminal)
    except KeyboardInterrupt:
        pass
    micropython.kbd_intr(-1)
