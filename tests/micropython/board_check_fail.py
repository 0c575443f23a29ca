# tools/board_check.py with a firmware that does wrong what it can: each fault is found, by the check
# whose name says it.
try:
    from support_of_all import board_check
except ImportError:
    from support import board_check

board_check.WAIT_MS = 2000
board_check.about = lambda: None
board_check.run("board_check_broken.elf")
