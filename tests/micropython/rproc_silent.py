# Firmware that never announces anything: nobody waits for it but the program.
import openamp, time
from support import boot, core_pids, outcome

ept = openamp.Endpoint("vuart-channel")
openamp.new_service_callback(lambda src, name: print("announced", name))
rproc = boot("test_silent.elf")
for _ in range(20):
    time.sleep_ms(10)
print(ept.is_ready(), outcome(ept.send, "a"), outcome(ept.send, "a", timeout=0))
print(ept.send("into the void", dest=1234), len(core_pids()))
rproc.stop()
print(len(core_pids()))
