# A program beside this checkout, or one that has it on sys.path, finds this folder when it imports
# openamp, before the module that is built in.
from uopenamp import *
from uopenamp import __version__


# What the module imports at its first use: rpc, AIOEndpoint and others.
def __getattr__(name):
    import uopenamp

    return getattr(uopenamp, name)
