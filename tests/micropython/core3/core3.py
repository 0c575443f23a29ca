# In the place of `openamp` for a test that is run once more, on core 3: what says nothing of a
# core means that one.
import openamp
from openamp import *

CORE = 3


def RemoteProc(*args, **kwargs):
    kwargs.setdefault("core", CORE)
    return openamp.RemoteProc(*args, **kwargs)


def Endpoint(*args, **kwargs):
    kwargs.setdefault("remote", CORE)
    return openamp.Endpoint(*args, **kwargs)
