# The service callback of a RemoteProc ends with it: by shutdown(), by a newer RemoteProc of the
# core, inside itself. An object of a class of the program's own is a RemoteProc, too.
import openamp
from support import Box, wait

heard = []


class Core(openamp.RemoteProc):
    pass


def hear(tag):
    return lambda src, name: heard.append(tag)


def announce(rproc):
    heard.clear()
    rproc.start()
    wait(lambda: heard, "a service")
    return heard[0]


openamp.new_service_callback(hear("module"))
first = openamp.RemoteProc("virtual_uart.elf", core=3)
first.new_service_callback(hear("first"))
print(announce(first))
first.shutdown()
second = openamp.RemoteProc("virtual_uart.elf", core=3)
print(announce(second))
second.new_service_callback(hear("second"))
second.stop()
print(announce(second))
second.stop()
third = openamp.RemoteProc("virtual_uart.elf", core=3)
print(announce(third))
third.shutdown()

# One announcement of several ends it: nobody hears of the others, and nothing is printed.
openamp.new_service_callback(None)


def end(src, name):
    heard.append(name)
    fourth.shutdown()


heard.clear()
fourth = openamp.RemoteProc("test_services.elf", core=3)
fourth.new_service_callback(end)
fourth.start()
wait(lambda: heard, "a service")
print(heard)

fifth = Core("virtual_uart.elf", core=3)
box = Box("vuart-channel", remote=fifth)
fifth.start()
wait(box.ept.is_ready, "a service of core 3")
print(box.ask("hello"))
fifth.shutdown()
