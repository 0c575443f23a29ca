"""Programs pasted at MicroPython's prompt, on a terminal as a user has it."""

import os
import pty
import re
import select
import signal
import time


class Prompt:
    """MicroPython's prompt on a terminal.  `wrong` is what did not come, or None."""

    def __init__(self, micropython, env, seconds=60):
        self.deadline = time.monotonic() + seconds
        self.wrong = None
        self.seen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(micropython, [micropython], dict(env, HOME=os.getcwd()))
        self.expect(">>> ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid != 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def end(self):
        """Wait for the interpreter's end; its exit code."""
        ended = "the end of the interpreter"
        self.expect(ended)  # which it never prints
        if "OSError" not in (self.wrong or ""):
            return self.wrong
        self.wrong = None
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def expect(self, text):
        """Wait for `text`; what came before it."""
        while self.wrong is None and text not in self.seen:
            left = max(0, self.deadline - time.monotonic())
            try:
                ready = select.select([self.terminal], [], [], left)[0]
                self.seen += os.read(self.terminal, 65536).decode() if ready else ""
                why = ""
            except OSError as ended:  # the program has ended
                ready = []
                why = f" ({ended!r})"
            if not ready:
                self.wrong = f"{text!r} does not come after {self.seen[-500:]!r}{why}"
        before, _, self.seen = self.seen.partition(text)
        return before.replace("\r\n", "\n")

    def type(self, text):
        if self.wrong is None:
            os.write(self.terminal, text.encode())

    def paste(self, program):
        self.type("\x05")
        self.expect("=== ")
        for line in program.splitlines():
            self.type(line + "\r")
            self.expect("=== ")
        self.type("\x04")
        self.expect("\n")

    def line(self, text):
        """Type a line; what it printed."""
        self.type(text + "\r")
        self.expect("\n")
        return self.expect(">>> ")


def is_printed(text, expected):
    """The prompt shows what a statement returns, send() too, and a callback may print between such
    a number and the end of its line."""
    lines = [line for line in text.splitlines() if not re.fullmatch(r"\d*", line)]
    wanted = [line for line in expected.splitlines() if line]
    return len(lines) >= len(wanted) and all(
        re.fullmatch(r"\d*" + re.escape(want), line)
        for want, line in zip(wanted, lines[len(lines) - len(wanted) :]))


def paste_twice(micropython, env, program, expected):
    """Returns what is wrong, or None."""
    with Prompt(micropython, env) as prompt:
        for which in ("first", "second"):
            prompt.paste(program)
            printed = prompt.expect(">>> ")
            if prompt.wrong is None and not is_printed(printed, expected):
                return f"the {which} time it printed {printed[-500:]!r}"
        return prompt.wrong


def paste_endless(micropython, env, program, message):
    """A program that prints `message` for ever, ended by Ctrl-C and begun again in each way there
    is.  Returns what is wrong, or None."""
    with Prompt(micropython, env) as prompt:
        for way in ("rproc.shutdown()", "del ept, rproc", "rproc.shutdown()"):
            prompt.paste(program)
            for _ in range(100):
                prompt.expect(message)
            prompt.type("\x03")
            prompt.expect("KeyboardInterrupt")
            prompt.expect(">>> ")
            refused = prompt.line("openamp.RemoteProc('virtual_uart.elf')")
            if "call its shutdown()" not in refused:
                prompt.wrong = prompt.wrong or f"not refused while the core runs: {refused!r}"
            prompt.line(way)
        return prompt.wrong
