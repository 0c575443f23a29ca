# A callback that raises: its traceback is printed, and later messages come.
from support import boot, wait
import openamp

count = 0


class Mine(Exception):
    pass


# Not in this file, whose path would be printed.
exec("""
def receive(src, data):
    global count
    count += 1
    if data == b"value":
        raise ValueError("no such value")
    if data == b"mine":
        raise Mine(1, 2)
    if data == b"zero":
        inner()
    if data == b"stop":
        raise StopIteration
    print("received", bytes(data))

def inner():
    return 1 // 0

def service(src, name):
    global heard
    heard = True
    raise ValueError(name)
""")

ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for text in ("value", "mine", "zero", "stop", "good"):
    ept.send(text)
wait(lambda: count == 5)

wrong = openamp.Endpoint("wrong signature", lambda: None, dest=1024)
wrong.send("one argument too many")
ept.send("after")
wait(lambda: count == 6)

# And from the service callback.
heard = False
openamp.new_service_callback(service)
ept.deinit()
rproc.stop()
rproc.start()
wait(lambda: heard)
ept = openamp.Endpoint("vuart-channel", receive)
ept.send("bound all the same")
wait(lambda: count == 7)
