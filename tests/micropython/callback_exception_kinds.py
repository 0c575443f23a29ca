# Every kind of exception in a callback, with garbage collection: the program goes on, each message is
# delivered once.  Those that end programs are raised where the program is.
import gc, openamp
from support import boot, wait


class Base(BaseException):
    pass


class Nasty(Exception):
    def __init__(self):
        self.me = self
        self.junk = [bytearray(20) for _ in range(20)]


kinds = (ArithmeticError, AssertionError, AttributeError, EOFError, Exception, ImportError, IndexError)
kinds += (KeyError, LookupError, MemoryError, NameError, NotImplementedError, OSError, OverflowError)
kinds += (RuntimeError, StopIteration, SyntaxError, TypeError, ValueError, ZeroDivisionError, Nasty)
ending = (BaseException, GeneratorExit, KeyboardInterrupt, SystemExit, Base)
count = 0
raised = 0

# Not in this file, whose path would be printed.
exec("""
def receive(src, data):
    global count
    count += 1
    gc.collect()
    raise (kinds + ending)[int(bytes(data))]

def deep(src, data):
    global count
    count += 1
    def deeper(n):
        return deeper(n + 1) + 1
    try:
        deeper(0)
    except RuntimeError:
        raise ValueError("too deep")
""")

ept = openamp.Endpoint("vuart-channel", receive)
rproc = boot()
wait(ept.is_ready)
for i, kind in enumerate(kinds + ending):
    for n in range(2):
        before = count
        try:
            ept.send("%d" % i)
            wait(lambda: count > before)
        except BaseException as e:
            raised += type(e) is kind
        wait(lambda: count > before)
print(count == 2 * len(kinds + ending), raised == 2 * len(ending), ept.is_ready())
other = openamp.Endpoint("deep", deep, dest=1024)
other.send("a")
wait(lambda: count == 2 * len(kinds + ending) + 1)
print(ept.is_ready())
