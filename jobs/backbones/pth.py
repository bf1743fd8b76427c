"""Weights out of a .pth file of PyTorch before 1.6 (five pickles, then the numbers), without PyTorch.

A pickle is a program. This reader knows the few instructions that a state_dict needs and gives names to none but
tensors, their storage and OrderedDict; whatever else a file holds is refused, and nothing of it is ever run."""
import io
import math
import pickletools
import struct
import sys
from array import array
from typing import NamedTuple

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
STORAGES = {"torch FloatStorage": ("f", 4), "torch LongStorage": ("q", 8)}
DICTIONARY, TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
MOST_NUMBERS = 1 << 30


class Refused(ValueError):
    """It is not such a file, or holds more than weights."""


class Tensor(NamedTuple):
    kind: str  # "f": float32, "q": int64
    shape: tuple
    values: bytes  # least significant first, last dimension fastest


class Name(NamedTuple):
    words: str


class Storage(NamedTuple):
    kind: str
    bytes_each: int
    key: str
    count: int


class View(NamedTuple):
    storage: Storage
    offset: int
    shape: tuple
    stride: tuple


class Mark:
    pass


def check(good, why):
    if not good:
        raise Refused(why)


def is_count(n):
    return type(n) is int and 0 <= n < MOST_NUMBERS


# -- what names stand for --


def make_storage(given):
    check(type(given) is tuple and len(given) == 6 and given[0] == "storage" and isinstance(given[1], Name),
          "a reference that is no storage")
    _, kind, key, place, count, view = given
    check(kind.words in STORAGES, f"numbers of the kind '{kind.words}'")
    check(type(key) is str and place == "cpu" and is_count(count) and view is None, "a storage that is not plain")
    return Storage(*STORAGES[kind.words], key, count)


def make_view(given):
    check(len(given) >= 4 and isinstance(given[0], Storage), "a tensor without storage")
    storage, offset, shape, stride = given[:4]
    check(type(shape) is tuple and type(stride) is tuple and len(shape) == len(stride), "a tensor without shape")
    check(all(map(is_count, (offset, *shape, *stride))), "a tensor whose sizes are no counts")
    return View(storage, offset, shape, stride)


def call(name, given):
    check(isinstance(name, Name) and type(given) is tuple, "a call of what is no name")
    if name.words == DICTIONARY and given == ():
        return {}
    check(name.words == TENSOR, f"a call of '{name.words}'")
    return make_view(given)


# -- the machine --


class Machine:
    """One pickle, instruction by instruction. `stack` is what it works on, `memo` what it remembers."""

    def __init__(self):
        self.stack, self.memo = [], {}

    def pop(self, kind=object):
        check(self.stack and isinstance(self.stack[-1], kind), "an instruction without what it works on")
        return self.stack.pop()

    def to_mark(self):
        """What lies above the last mark."""
        taken = []
        while not isinstance(top := self.pop(), Mark):
            taken.append(top)
        return taken[::-1]

    def few(self, n):
        return [self.pop() for _ in range(n)][::-1]

    def put(self, items):
        check(len(items) % 2 == 0 and all(type(key) is str for key in items[::2]), "a dictionary without words as keys")
        self.stack[-1].update(zip(items[::2], items[1::2]))

    def into(self, kind, items):
        """To the dictionary or list that is on top now."""
        check(self.stack and type(self.stack[-1]) is kind, "an instruction without what it works on")
        if kind is dict:
            self.put(items)
        else:
            self.stack[-1].extend(items)

    def recall(self, at):
        check(at in self.memo, "something that was never kept")
        self.stack.append(self.memo[at])

    def keep(self, at):
        check(self.stack, "an instruction without what it works on")
        self.memo[at] = self.stack[-1]

    def name(self, words):
        check(words in STORAGES or words in (DICTIONARY, TENSOR), f"the name '{words[:80]}'")
        self.stack.append(Name(words))

    def build(self):
        """Attributes of a state_dict: versions of its layers, which say nothing of weights."""
        self.pop(dict)
        check(self.stack and type(self.stack[-1]) is dict, "attributes of what is no state_dict")

    def reduce(self):
        name, given = self.few(2)
        self.stack.append(call(name, given))

    def step(self, code, value):
        """True: go on."""
        if code == "PROTO":
            check(value == 2, f"pickle protocol {value}")
        elif code in ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"):
            self.stack.append(value)
        elif code in CONSTANTS:
            self.stack.append(CONSTANTS[code]())
        elif code in ("BINPUT", "LONG_BINPUT"):
            self.keep(value)
        elif code in ("BINGET", "LONG_BINGET"):
            self.recall(value)
        elif code in ("TUPLE1", "TUPLE2", "TUPLE3"):
            self.stack.append(tuple(self.few(int(code[-1]))))
        elif code in BARE:
            BARE[code](self)
        elif code == "GLOBAL":
            self.name(value)
        else:
            check(code == "STOP", f"the instruction {code}")
            return False
        return True


CONSTANTS = {"NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_DICT": dict,
             "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "MARK": Mark}
BARE = {"TUPLE": lambda m: m.stack.append(tuple(m.to_mark())), "SETITEM": lambda m: m.into(dict, m.few(2)),
        "SETITEMS": lambda m: m.into(dict, m.to_mark()), "APPEND": lambda m: m.into(list, m.few(1)),
        "APPENDS": lambda m: m.into(list, m.to_mark()), "REDUCE": Machine.reduce, "BUILD": Machine.build,
        "BINPERSID": lambda m: m.stack.append(make_storage(m.pop()))}


def unpickle(file):
    machine = Machine()
    try:
        for code, value, _ in pickletools.genops(file):
            if not machine.step(code.name, value):
                break
    except Refused:
        raise
    except (ValueError, KeyError, IndexError) as why:  # of genops, where it is no pickle at all
        raise Refused(f"not a pickle: {why}") from why
    check(len(machine.stack) == 1, "a pickle that ends with more than one thing, or none")
    return machine.stack[0]


# -- the file --


def read_head(file):
    check(file.read(2) != b"PK", "a file of the newer format, which is a zip")
    file.seek(0)
    check(unpickle(file) == MAGIC, "not a file of PyTorch's older format")
    check(unpickle(file) == PROTOCOL, "a version of it that is not known")
    system = unpickle(file)
    check(type(system) is dict and system.get("little_endian") is True, "numbers in another order of bytes")


def as_in_file(values):
    """Bytes of the array the other way round where this computer has them so."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def read_numbers(file, storages):
    """{key of a storage: its array}."""
    numbers, keys = {}, unpickle(file)
    check(type(keys) is list and all(type(key) is str for key in keys) and sorted(keys) == sorted(storages),
          "other storages than the tensors have")
    for key in keys:
        storage, head = storages[key], file.read(8)
        check(len(head) == 8 and struct.unpack("<q", head)[0] == storage.count, "a storage of another length")
        data = file.read(storage.count * storage.bytes_each)
        check(len(data) == storage.count * storage.bytes_each, "the file is cut short")
        numbers[key] = as_in_file(array(storage.kind, data))
    check(file.read(1) == b"", "bytes behind the last storage")
    return numbers


def gather(values, offset, dimensions):
    """Of an array the values at these (size, stride), last dimension fastest."""
    if not dimensions:
        return values[offset:offset + 1]
    (size, stride), inner = dimensions[0], dimensions[1:]
    if not inner:
        return values[offset:offset + (size - 1) * stride + 1:stride]
    made = array(values.typecode)
    for i in range(size):
        made.extend(gather(values, offset + i * stride, inner))
    return made


def cut(view, numbers):
    """A tensor out of the arrays of all storages. Those that come from TensorFlow lie in another order than their
    dimensions."""
    dimensions = [pair for pair in zip(view.shape, view.stride) if pair[0] != 1]
    last = view.offset + sum((size - 1) * stride for size, stride in dimensions)
    check(math.prod(view.shape) > 0 and all(stride > 0 for _, stride in dimensions), "a tensor that repeats or is empty")
    check(math.prod(view.shape) <= view.storage.count and last < view.storage.count,
          "a tensor that is longer than its storage")
    return Tensor(view.storage.kind, view.shape,
                  as_in_file(gather(numbers[view.storage.key], view.offset, dimensions)).tobytes())


def read(data):
    """{name: Tensor} of the bytes of such a file. Refused says what is wrong with others."""
    file = io.BytesIO(data)
    read_head(file)
    state = unpickle(file)
    check(type(state) is dict and all(isinstance(view, View) for view in state.values()), "something that is no tensor")
    storages = {view.storage.key: view.storage for view in state.values()}
    check(all(storages[view.storage.key] == view.storage for view in state.values()), "a storage of two kinds")
    numbers = read_numbers(file, storages)
    return {name: cut(view, numbers) for name, view in state.items()}
