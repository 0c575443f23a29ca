# Firmware without a resource table gets the platform's own.
from support import boot_box, wait

rproc, box = boot_box("test_notable.elf", "test-notable")
print(box.ask("no table"))
rproc.stop()
rproc.start()
wait(box.ept.is_ready)
print(box.ask("again"))
rproc.shutdown()

# Another one, with a table, on the same board.
rproc, uart = boot_box()
print(uart.ask("table"))
