# A callback that sends more than the other side can take before it must answer: EDEADLK, no hang.
from support import boot, outcome, wait
import openamp

state = "waiting"
results = []
echoes = 0


def receive(src, data):
    global echoes, state
    echoes += 1
    if state == "waiting":
        state = "sending"
        # virtual_uart answers each; nobody takes the answers until we return.
        while True:
            result = outcome(ept.send, b"more")
            if result != 4:
                break
            results.append(result)
        print(result, len(results) >= 64)
        print(outcome(ept.send, b"more", timeout=0), outcome(ept.send, b"more", timeout=20))
        state = "done"


ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
ept.send("go")
wait(lambda: state == "done", "the end of the callback")
wait(lambda: echoes == len(results) + 1, "the echoes")
print(ept.is_ready(), ept.send("after"))
wait(lambda: echoes == len(results) + 2, "the last echo")
