"""ONNX files without the onnx package: its messages in protobuf's encoding, as bytes. Messages that are appended are
one message, and a field that may be repeated is written once for each value."""
import struct

FLOAT, INT64 = 1, 7  # TensorProto.DataType
ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_INTS = 1, 2, 7  # AttributeProto.AttributeType


def varint(n):
    return bytes([n & 127 | 128]) + varint(n >> 7) if n > 127 else bytes([n])


def field(number, content):
    """A field of bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def text(number, words):
    return field(number, words.encode())


def whole(number, n):
    """A field of a whole number of at least 0."""
    return varint(number << 3) + varint(n)


def notes(doc, metadata):
    """ModelProto's doc_string and metadata_props."""
    entries = [text(1, key) + text(2, value) for key, value in metadata.items()]
    return text(6, doc) + b"".join(field(14, entry) for entry in entries)


def attribute(name, value):
    """Of a node: a float, a whole number or a list of such."""
    if isinstance(value, float):
        kind, content = ATTRIBUTE_FLOAT, varint(2 << 3 | 5) + struct.pack("<f", value)
    elif isinstance(value, int):
        kind, content = ATTRIBUTE_INT, whole(3, value)
    else:
        kind, content = ATTRIBUTE_INTS, b"".join(whole(8, n) for n in value)
    return text(1, name) + content + whole(20, kind)


def node(operator, inputs, output, **attributes):
    """One with a single output, after which it is called."""
    return (b"".join(text(1, name) for name in inputs) + text(2, output) + text(3, output) + text(4, operator) +
            b"".join(field(5, attribute(name, value)) for name, value in attributes.items()))


def tensor(name, shape, values):
    """Floats; `values` are their bytes, least significant first."""
    return b"".join(whole(1, n) for n in shape) + whole(2, FLOAT) + text(8, name) + field(9, values)


def value(name, shape):
    """An input or an output of floats; sizes that are words are open."""
    sizes = b"".join(field(1, whole(1, n) if isinstance(n, int) else text(2, n)) for n in shape)
    return text(1, name) + field(2, field(1, whole(1, FLOAT) + field(2, sizes)))


def model(name, nodes, tensors, given, made, opset=13, ir=7):
    """The file, but for notes: `given` and `made` are the values that go in and come out."""
    parts = ((1, nodes), (5, tensors), (11, given), (12, made))
    graph = text(2, name) + b"".join(field(number, one) for number, all_ in parts for one in all_)
    return whole(1, ir) + text(2, "oddlot") + field(7, graph) + field(8, text(1, "") + whole(2, opset))
