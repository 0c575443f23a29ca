# Executed on a remote core that has no program (/rom/remote.py), before its prompt: offers the
# prompt to the host as the endpoint "repl".
import micropython, os, sys
from aioendpoint import AIOEndpoint

terminal = AIOEndpoint("repl", eof=False, timeout=1000)
os.dupterm(terminal)
if sys.platform == "sim":
    # This core has no console.  Until the host opens "repl", it executes the functions that it
    # is sent.
    import openamp_tasks

    micropython.kbd_intr(3)
    try:
        openamp_tasks.serve(terminal)
    except KeyboardInterrupt:
        pass
    micropython.kbd_intr(-1)
