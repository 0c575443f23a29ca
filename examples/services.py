# Create an endpoint for each service of the other core: the name service announces them,
# and this program answers each announcement with an endpoint.
#
# The firmware test_services announces "svc-0" to "svc-3", which send every
# message back with their digit in front, and "test-services", which takes
# commands.  This program talks to each echo, then ends.
import openamp
import time

ROUNDS = 5

echoes = {}  # name: endpoint
answers = {}  # name: list of messages


def on_service(src, name):
    # Called for each announcement to which no endpoint here was bound.  `src` is the
    # service's address; an endpoint with that `dest` is ready at once.
    if not name.startswith("svc-"):
        print("ignored", name)
        return
    answers[name] = []
    echoes[name] = openamp.Endpoint(name, lambda src, data: on_answer(name, data), dest=src)
    echoes[name].send("hello")
    print("found", name)


def on_answer(name, data):
    # `data` is only valid in here: bytes() makes a copy to keep.
    answers[name].append(bytes(data))
    if len(answers[name]) < ROUNDS:
        echoes[name].send(f"round {len(answers[name])}")


def is_done():
    return len(answers) == 4 and all(len(a) == ROUNDS for a in answers.values())


openamp.new_service_callback(on_service)
rproc = openamp.RemoteProc("test_services.elf")
rproc.start()

deadline = time.ticks_add(time.ticks_ms(), 5000)
while not is_done() and time.ticks_diff(deadline, time.ticks_ms()) > 0:
    time.sleep_ms(100)  # callbacks run at once, also in here

rproc.shutdown()
for name in sorted(answers):
    print(name, b" | ".join(answers[name]).decode())
print("done" if is_done() else "some answers are missing")
