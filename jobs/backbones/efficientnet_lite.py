"""EfficientNet-Lite as published (https://github.com/tensorflow/tpu, efficientnet/lite), as an ONNX file.

Blocks of EfficientNet without squeeze and excitation and with ReLU6; stem, head, and the first and the last of the
stages are as wide or as deep in all sizes. Images are padded as by TensorFlow's SAME, which depends on their size."""
import math
import struct
from typing import NamedTuple

import onnx_messages as onnx

EPSILON = 1e-3  # of batch norms
STEM, HEAD, CLASSES = 32, 1280, 1000
STAGES = [  # repeats, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]
OUTPUTS = ["last_map", "pooled", "logits"]
# As the published model sees images: (level - 127) / 128, of the central 7/8.
NOTES = {"oddlot.preset": "inception", "oddlot.mean": repr(127 / 255), "oddlot.deviation": repr(128 / 255),
         "oddlot.order": "rgb", "oddlot.kernel": "bicubic", "oddlot.margin": "0.125"}


class Size(NamedTuple):
    width: float
    depth: float
    side: int  # of the images, pixels


class Block(NamedTuple):
    kernel: int
    stride: int
    expansion: int
    given: int  # channels
    made: int


SIZES = {"lite0": Size(1.0, 1.0, 224), "lite1": Size(1.0, 1.1, 240), "lite2": Size(1.1, 1.2, 260)}


class Misfit(ValueError):
    """These weights are not of this network."""


def wider(channels, width):
    """A multiple of 8, and not less than nine tenths of what is wanted."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def blocks(size):
    made, given = [], STEM
    for number, (repeats, kernel, stride, expansion, channels) in enumerate(STAGES):
        if 0 < number < len(STAGES) - 1:
            repeats = math.ceil(repeats * size.depth)
        channels = wider(channels, size.width)
        for i in range(repeats):
            made.append(Block(kernel, stride if i == 0 else 1, expansion, given, channels))
            given = channels
    return made


def same(side, kernel, stride):
    """(pads of a convolution, side of what it makes)."""
    out = -(-side // stride)
    whole = max((out - 1) * stride + kernel - side, 0)
    return [whole // 2, whole // 2, whole - whole // 2, whole - whole // 2], out


class Writer:
    """Nodes one after the other, each taking what the last one made, with weights out of a state_dict."""

    def __init__(self, state, side):
        self.state, self.side = dict(state), side
        self.nodes, self.tensors, self.last = [], [], "input"

    def weights(self, name, shape):
        found = self.state.pop(name, None)
        if found is None or found.kind != "f" or found.shape != shape:
            raise Misfit(f"no '{name}' of {' x '.join(map(str, shape))} in the weights")
        self.tensors.append(onnx.tensor(name, shape, found.values))
        return name

    def constant(self, name, number):
        self.tensors.append(onnx.tensor(name, (), struct.pack("<f", number)))

    def add(self, operator, inputs, name, **attributes):
        self.nodes.append(onnx.node(operator, [self.last, *inputs], name, **attributes))
        self.last = name

    def conv(self, name, shape, stride=1, group=1):
        pads, self.side = same(self.side, shape[2], stride)
        self.add("Conv", [self.weights(f"{name}.weight", shape)], name, kernel_shape=list(shape[2:]), pads=pads,
                 strides=[stride, stride], group=group)

    def norm(self, name, channels):
        self.state.pop(f"{name}.num_batches_tracked", None)
        inputs = [self.weights(f"{name}.{part}", (channels,)) for part in ("weight", "bias", "running_mean",
                                                                           "running_var")]
        self.add("BatchNormalization", inputs, name, epsilon=EPSILON)

    def relu6(self, name):
        self.add("Clip", ["zero", "six"], name)

    def block(self, prefix, b):
        start, inner = self.last, b.given * b.expansion
        if b.expansion > 1:
            self.conv(f"{prefix}._expand_conv", (inner, b.given, 1, 1))
            self.norm(f"{prefix}._bn0", inner)
            self.relu6(f"{prefix}.expanded")
        self.conv(f"{prefix}._depthwise_conv", (inner, 1, b.kernel, b.kernel), b.stride, inner)
        self.norm(f"{prefix}._bn1", inner)
        self.relu6(f"{prefix}.moved")
        self.conv(f"{prefix}._project_conv", (b.made, inner, 1, 1))
        self.norm(f"{prefix}._bn2", b.made)
        if b.stride == 1 and b.given == b.made:
            self.add("Add", [start], f"{prefix}.sum")

    def network(self, size):
        self.constant("zero", 0)
        self.constant("six", 6)
        self.conv("_conv_stem", (STEM, 3, 3, 3), 2)
        self.norm("_bn0", STEM)
        self.relu6("stem")
        made = blocks(size)
        for i, block in enumerate(made):
            self.block(f"_blocks.{i}", block)
        self.conv("_conv_head", (HEAD, made[-1].made, 1, 1))
        self.norm("_bn1", HEAD)
        self.relu6("last_map")
        self.add("GlobalAveragePool", [], "average")
        self.add("Flatten", [], "pooled", axis=1)
        self.add("Gemm", [self.weights("_fc.weight", (CLASSES, HEAD)), self.weights("_fc.bias", (CLASSES,))],
                 "logits", transB=1)


def export(name, state, source):
    """The bytes of the ONNX file of weights {name: pth.Tensor}; `source` says in words what these are."""
    size = SIZES[name]
    writer = Writer(state, size.side)
    writer.network(size)
    if writer.state:
        raise Misfit(f"the weights have '{next(iter(writer.state))}', which EfficientNet-{name} has not")
    shapes = [("n", HEAD, writer.side, writer.side), ("n", HEAD), ("n", CLASSES)]
    doc = f"EfficientNet-{name}, weights: {source}. Input: RGB, {size.side} x {size.side}, (level - 127) / 128."
    return onnx.model(f"efficientnet-{name}", writer.nodes, writer.tensors,
                      [onnx.value("input", ("n", 3, size.side, size.side))],
                      list(map(onnx.value, OUTPUTS, shapes))) + onnx.notes(
                          doc, {"oddlot.size": str(size.side), **NOTES, "oddlot.weights": source})
