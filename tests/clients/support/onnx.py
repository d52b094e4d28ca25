"""A tiny ONNX generator, written byte by byte: no library is needed for a graph of one node."""


def _field(number, value):
    """One protobuf field: an integer, or bytes with their length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def _port(name):
    """A named value of 32-bit numbers, [N, 3, H, W] with open sizes."""
    sizes = [_field(2, "N"), _field(1, 3), _field(2, "H"), _field(2, "W")]
    shape = b"".join(_field(1, size) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))


def negative():
    """A generator that makes the negative of an image."""
    node = _field(1, "image") + _field(2, "y") + _field(4, "Neg")
    graph = _field(1, node) + _field(2, "g") + _field(11, _port("image")) + _field(12, _port("y"))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))
