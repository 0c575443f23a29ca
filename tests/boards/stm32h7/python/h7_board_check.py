# tools/board_check.py, where a stop resets the chip and this program begins again; then the same with
# the firmware that does wrong what it can.
from support_of_all import board_check
from support import lives

board_check.about = lambda: None
life = lives()
if life == 0:
    board_check.run("board_check.elf", stop_resets=True)
elif life == 1:
    print("begun anew")
    board_check.WAIT_MS = 2000
    board_check.run("board_check_broken.elf", stop_resets=True)
else:
    print("begun anew")
