# An address in use is refused; after deinit() it may be asked for again, but is not handed out.
import openamp
from support import outcome, src_of

seen = set()
for i in range(2000):
    ept = openamp.Endpoint("name")
    seen.add(src_of(ept))
    ept.deinit()
print(len(seen), min(seen) >= 1024)

first = openamp.Endpoint("first", src=100)
print(outcome(openamp.Endpoint, "second", src=100))
print(outcome(openamp.Endpoint, "second", src=src_of(openamp.Endpoint("third"))))
first.deinit()
second = openamp.Endpoint("second", src=100)
print(src_of(second))
# The refused ones left nothing behind.
second.deinit()
openamp.Endpoint("second", src=100)
