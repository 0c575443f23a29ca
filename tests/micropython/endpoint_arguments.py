# What Endpoint() accepts.
import openamp
from support import outcome

nothing = lambda src, data: None


def try_it(*args, **kwargs):
    result = outcome(openamp.Endpoint, *args, **kwargs)
    print(type(result).__name__ if isinstance(result, openamp.Endpoint) else result)
    return result


print("callback")
try_it("a")
try_it("a", None)
try_it("a", callback=None)
try_it("a", nothing)
try_it("a", callback=nothing)
try_it("a", print)
try_it("a", 1)
try_it("a", callback="no")

print("name")
try_it()
try_it("")
try_it("x")
try_it("x" * 31)
try_it("x" * 32)
try_it("\u20ac" * 10 + "x")
try_it("\u20ac" * 10 + "xx")
try_it("a\0b")
try_it("a\0")
try_it(b"bytes")
try_it(bytearray(b"bytearray"))
try_it(7)
try_it(None)

print("addresses")
try_it("b", src=1000)
try_it("b", src=1000)
try_it("b", src=53)
try_it("b", dest=1000)
try_it("b", src=0)
try_it("b", src=0xFFFFFFFE)
try_it("b", src=-1, dest=-1)
try_it("b", src=openamp.ENDPOINT_ADDR_ANY, dest=openamp.ENDPOINT_ADDR_ANY)
for bad in (-2, 1 << 32, (1 << 32) + 5, -(1 << 31), 1 << 64, -(1 << 70)):
    try_it("b", src=bad)
    try_it("b", dest=bad)
for bad in ("1", None, 1.5):
    try_it("b", src=bad)
    try_it("b", dest=bad)

print("shape")
try_it("a", nothing, 5)
try_it("a", nothing, other=5)
