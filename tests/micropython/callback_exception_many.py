# Exceptions cost no buffers and no order: far more of them than the ring has.
from support import boot, wait
import openamp

count = 0
wrong = 0


class Quiet(Exception):
    def __str__(self):
        return ""


# Not in this file, whose path would be printed.
exec("""
def receive(src, data):
    global count, wrong
    wrong += data != b"%d" % count
    count += 1
    raise Quiet
""")

ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for i in range(70):
    ept.send("%d" % i)
wait(lambda: count == 70)
print(wrong)
