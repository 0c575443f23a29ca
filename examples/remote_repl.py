# A terminal for the MicroPython of the other core, over an endpoint.  Ctrl-] ends it; all other
# keys are the other core's: Ctrl-C interrupts its program, Ctrl-E is paste mode, Ctrl-D its soft
# reset.  When that core ends or crashes it is started again, and the terminal stays.
import micropython, openamp, select, sys

END = b"\x1d"  # Ctrl-]


# The keys one by one, and none of them for this core's own program.
def set_raw():
    micropython.kbd_intr(-1)
    try:
        import termios

        before = termios.tcgetattr(0)
        termios.setraw(0)
    except (ImportError, OSError):
        return lambda: None  # a console without such modes, or no terminal
    return lambda: termios.tcsetattr(0, termios.TCSANOW, before)


def again(rproc):
    sys.stdout.write("\r\n[%s: started again]\r\n" % rproc.reason())
    rproc.start()


repl = openamp.Endpoint("repl", eof=False)
rproc = openamp.RemoteProc("micropython-device.elf")
rproc.irq(again, openamp.RemoteProc.IRQ_CRASHED)
rproc.start()

source = getattr(sys.stdin, "buffer", sys.stdin)
poll = select.poll()
poll.register(sys.stdin, 0)
poll.register(repl, select.POLLIN)
typed = b""
restore = set_raw()
try:
    while typed != END:
        # A key waits until the other core has taken the one before.
        if typed and repl.write(typed):
            typed = b""
        poll.modify(sys.stdin, 0 if typed else select.POLLIN)
        poll.modify(repl, select.POLLIN | (select.POLLOUT if typed else 0))
        for stream, events in poll.poll():
            if stream is repl:
                sys.stdout.write((repl.read() or b"").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
            else:
                typed = source.read(1) or END  # its end is the terminal's
                typed = typed if isinstance(typed, bytes) else typed.encode()
                typed = b"\r" if typed == b"\n" else typed
finally:
    restore()
    micropython.kbd_intr(3)
rproc.shutdown()
