# Every length from nothing to a full buffer, mixed, each message once and in order.
from support import boot_box

rproc, box = boot_box()
sent = [bytes([(i * 7) & 255]) * (i * 211 % 497) for i in range(497 * 4)]
print(sorted(set(len(data) for data in sent)) == list(range(497)))
for data in sent:
    n = box.ept.send(data)
    if n != len(data):
        print("send returned", n, "of", len(data))
box.wait(len(sent))
print(len(box.got), box.got == sent)
