# tools/board_check.py: all of it passes.
try:
    from support_of_all import board_check
except ImportError:
    from support import board_check

board_check.about = lambda: None
board_check.run()
