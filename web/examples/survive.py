# A program that survives whatever happens to the other core: try the buttons.
# It prints why a message could not be sent, and starts the core again when it
# has died.
import openamp, time

answers = 0


def on_answer(src, data):
    global answers
    answers += 1


ept = openamp.Endpoint("vuart-channel", callback=on_answer)
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)

sent = 0
while True:
    time.sleep_ms(100)
    try:
        ept.send("message %d" % sent, timeout=1000)
        sent += 1
        if sent % 10 == 0:
            print(sent, "sent,", answers, "answers")
    except OSError as e:
        print("not sent:", e)
        time.sleep_ms(1000)
        if not ept.is_ready():
            print("starting the core again")
            rproc.stop()
            rproc.start()
            while not ept.is_ready():
                time.sleep_ms(1)
