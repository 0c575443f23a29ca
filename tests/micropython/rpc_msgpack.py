# MessagePack, there and back, and what is refused.
import struct
from openamp_msgpack import MAX_DEPTH, pack, unpack


def there_and_back(value):
    data = bytes(pack(value))
    back = unpack(data)
    assert back == value and type(back) is type(value), (value, back)
    # Each shorter one ends in the middle.
    for i in range(len(data) if len(data) < 400 else 10):
        try:
            unpack(data[:i])
        except ValueError:
            continue
        assert False, (value, i)
    return data


for bits in range(65):
    for value in ((1 << bits) - 1, 1 << bits, -(1 << bits), -(1 << bits) - 1):
        if -(1 << 63) <= value < 1 << 64:
            there_and_back(value)
for value in (None, True, False, 1.5, -0.25, "", "ä€", b"", [], {}, {"a": 1, 2: [3.5, {"x": None}], "b": b"y"}):
    there_and_back(value)
for length in (1, 15, 16, 31, 32, 255, 256, 65535, 65536):
    for value in ("x" * length, b"x" * length, [7] * min(length, 1000)):
        there_and_back(value)
there_and_back({i: str(i) for i in range(300)})
# As other libraries write it: longer than they need, and floats of 32 bits.
print(unpack(b"\xd3" + bytes(7) + b"\x05"), unpack(b"\xdb\0\0\0\x01a"), unpack(b"\xca" + struct.pack(">f", 0.5)))
print(pack((1, 2)), pack(bytearray(b"a")), pack(memoryview(b"b")))


def refused(function, *arguments):
    try:
        function(*arguments)
    except (ValueError, TypeError) as e:
        return str(e)


deep = []
for i in range(MAX_DEPTH - 1):
    deep = [deep]
print(unpack(pack(deep)) == deep, refused(pack, [deep]))
for data in (
    b"", b"\x01\x02", b"\xc1", b"\xc7\x01\x02\x03", b"\xd4\x01\x02", b"\xdd\xff\xff\xff\xff", b"\xdf\x7f\xff\xff\xff\x01",
    b"\x91" * 10000, b"\x81" * 10000, b"\x81\x01" * 10000, b"\x81\x90\x01", b"\xc6\xff\xff\xff\xff" + bytes(10), b"\xa5abcd", b"\xdc\x00",
):  # fmt: skip
    print(data[:6], refused(unpack, data))
print(refused(unpack, b"\xa2\xff\xfe") is not None)
for value in (1 << 64, -(1 << 63) - 1, object(), {1, 2}, [object()], 1j):
    print(refused(pack, value))
