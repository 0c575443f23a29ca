# The default waits for room: far more messages than buffers, none lost.
from support import boot_box

rproc, box = boot_box("test_flood.elf", "test-flood")
total = 0
for i in range(3000):
    total += box.ept.send(b"x" * (8 + i % 400))
answer = box.ask("count")
print(int.from_bytes(answer[:4], "little"), int.from_bytes(answer[4:], "little") == total)
for i in range(3000):
    total += box.ept.send(b"y" * 100, timeout=20000)
answer = box.ask("count")
print(int.from_bytes(answer[:4], "little"), int.from_bytes(answer[4:], "little") == total)
