# A program beside this checkout, or one that has it on sys.path, finds this folder when it imports
# openamp, before the module that is built in.
from uopenamp import *
from uopenamp import __version__
