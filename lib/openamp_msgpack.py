# MessagePack: None, bool, int (64 bits), float, str, bytes, list and dict, to bytes and back.
#
# What comes from outside is not believed: unpack() raises ValueError for bytes that are too
# few or too many, for a length that the rest cannot have, for depth beyond MAX_DEPTH and for
# types that are not above (extensions).  pack() raises TypeError or ValueError.
import struct

MAX_DEPTH = 16

# First byte, format of the rest, and the least and the largest number that it holds.
_INTS = (
    (0xCC, ">B", 0, 0xFF),
    (0xD0, ">b", -0x80, 0x7F),
    (0xCD, ">H", 0, 0xFFFF),
    (0xD1, ">h", -0x8000, 0x7FFF),
    (0xCE, ">I", 0, 0xFFFFFFFF),
    (0xD2, ">i", -0x80000000, 0x7FFFFFFF),
    (0xCF, ">Q", 0, 0xFFFFFFFFFFFFFFFF),
    (0xD3, ">q", -0x8000000000000000, 0x7FFFFFFFFFFFFFFF),
)
_NUMBERS = {code: form for code, form, low, high in _INTS}
_NUMBERS[0xCA] = ">f"
_NUMBERS[0xCB] = ">d"
# First byte of what has a length, and the length's format.
_LENGTHS = {
    0xC4: ">B", 0xC5: ">H", 0xC6: ">I",  # bytes
    0xD9: ">B", 0xDA: ">H", 0xDB: ">I",  # str
    0xDC: ">H", 0xDD: ">I",  # list
    0xDE: ">H", 0xDF: ">I",  # dict
}  # fmt: skip


def pack(value):
    out = bytearray()
    _pack(out, value, MAX_DEPTH)
    return out


def _pack_int(out, value):
    if -32 <= value < 128:
        out.append(value & 0xFF)
        return
    for code, form, low, high in _INTS:
        if low <= value <= high:
            out.append(code)
            out.extend(struct.pack(form, value))
            return
    raise ValueError("msgpack: the number has more than 64 bits")


# Up to `few` the length is in the first byte; `codes` are those for 8, 16 and 32 bits.
def _pack_length(out, length, first, few, codes):
    if length < few:
        out.append(first + length)
        return
    for code, bits in zip(codes, (8, 16, 32)):
        if code and length >> bits == 0:
            out.append(code)
            out.extend(struct.pack(_LENGTHS[code], length))
            return
    raise ValueError("msgpack: longer than 32 bits can say")


def _pack(out, value, depth):
    if value is None:
        out.append(0xC0)
    elif value is False or value is True:
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, int):
        _pack_int(out, value)
    elif isinstance(value, float):
        out.append(0xCB)
        out.extend(struct.pack(">d", value))
    elif isinstance(value, str):
        value = value.encode()
        _pack_length(out, len(value), 0xA0, 32, (0xD9, 0xDA, 0xDB))
        out.extend(value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _pack_length(out, len(value), 0, 0, (0xC4, 0xC5, 0xC6))
        out.extend(value)
    elif depth == 0:
        raise ValueError("msgpack: deeper than %d" % MAX_DEPTH)
    elif isinstance(value, (list, tuple)):
        _pack_length(out, len(value), 0x90, 16, (0, 0xDC, 0xDD))
        for item in value:
            _pack(out, item, depth - 1)
    elif isinstance(value, dict):
        _pack_length(out, len(value), 0x80, 16, (0, 0xDE, 0xDF))
        for key, item in value.items():
            _pack(out, key, depth - 1)
            _pack(out, item, depth - 1)
    else:
        raise TypeError("msgpack: no %s" % type(value).__name__)


def unpack(data):
    reader = _Reader(data)
    value = reader.value(MAX_DEPTH)
    if reader.at != len(data):
        raise ValueError("msgpack: %d bytes too many" % (len(data) - reader.at))
    return value


class _Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, length):
        if length > len(self.data) - self.at:
            raise ValueError("msgpack: ends in the middle")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self, length):
        return str(self.take(length), "utf-8")

    # So many values follow, each at least a byte long: what lies about that needs no memory.
    def count(self, count, depth):
        if depth == 0:
            raise ValueError("msgpack: deeper than %d" % MAX_DEPTH)
        if count > len(self.data) - self.at:
            raise ValueError("msgpack: ends in the middle")
        return range(count)

    def items(self, count, depth):
        return [self.value(depth - 1) for i in self.count(count, depth)]

    def pairs(self, count, depth):
        result = {}
        for i in self.count(count, depth):
            key = self.value(depth - 1)
            if isinstance(key, (list, dict)):
                raise ValueError("msgpack: a key that is no key")
            result[key] = self.value(depth - 1)
        return result

    def value(self, depth):
        code = self.take(1)[0]
        if code < 0x80:
            return code
        if code < 0x90:
            return self.pairs(code & 15, depth)
        if code < 0xA0:
            return self.items(code & 15, depth)
        if code < 0xC0:
            return self.text(code & 31)
        if code >= 0xE0:
            return code - 0x100
        if code in _NUMBERS:
            return self.number(_NUMBERS[code])
        if code in _LENGTHS:
            length = self.number(_LENGTHS[code])
            if code <= 0xC6:
                return bytes(self.take(length))
            if code <= 0xDB:
                return self.text(length)
            return self.items(length, depth) if code <= 0xDD else self.pairs(length, depth)
        if code == 0xC0 or code == 0xC2 or code == 0xC3:
            return None if code == 0xC0 else code == 0xC3
        raise ValueError("msgpack: type 0x%02X is not known" % code)
