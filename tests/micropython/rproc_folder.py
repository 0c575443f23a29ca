# A folder is no image.
import openamp
from support import outcome

print(outcome(openamp.RemoteProc, "."))
