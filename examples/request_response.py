# Requests to the other core, each with its answer, a time limit, and errors as
# exceptions.  The firmware is firmware/request_response.
import errno
import openamp
import struct
import time

ECHO, SUM, DIVIDE, UPTIME = range(4)


class Calculator:
    def __init__(self):
        self.number = 0
        self.answers = {}
        self.ept = openamp.Endpoint("calculator", self.on_answer)

    def on_answer(self, src, data):
        number, status = struct.unpack_from("<Ii", data)
        # An answer that comes after the timeout of its request is ignored.
        if number in self.answers:
            self.answers[number] = (status, struct.unpack_from("<%dI" % (len(data) // 4 - 2), data, 8))

    def call(self, operation, *arguments, timeout=1000):
        self.number += 1
        number = self.number
        self.answers[number] = None
        try:
            request = struct.pack("<II%dI" % len(arguments), number, operation, *arguments)
            self.ept.send(request, timeout=timeout)
            deadline = time.ticks_add(time.ticks_ms(), timeout)
            while self.answers[number] is None:
                if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
                    raise OSError(errno.ETIMEDOUT)
                time.sleep_ms(1)  # ends early when the answer comes
            status, numbers = self.answers[number]
        finally:
            del self.answers[number]
        if status < 0:
            raise OSError(-status)
        return numbers


calculator = Calculator()
rproc = openamp.RemoteProc("request_response.elf")
rproc.start()
while not calculator.ept.is_ready():
    time.sleep_ms(1)

print("the sum is", calculator.call(SUM, 1, 2, 3, 4)[0])
print("17 by 5 is %d, rest %d" % calculator.call(DIVIDE, 17, 5))
try:
    calculator.call(DIVIDE, 17, 0)
except OSError as e:
    print("17 by 0 is an error:", e.errno == errno.EINVAL)

for i in range(1000):
    assert calculator.call(ECHO, i) == (i,)
print("1000 requests, 1000 answers")
rproc.shutdown()
