#!/usr/bin/python3
"""Is what task autoencoder leaves whole, and are its codes and errors those of its networks, run by NumPy?

    coded.py RUN EPOCHS [FALLS [VARIANCE]]

FALLS: the loss must end below this share of what it began with. VARIANCE: of pixels, where the code is variational;
0: pixels are probabilities."""
import sys

import h5py
import numpy as np
import onnx
from onnx import numpy_helper

run, epochs = sys.argv[1], int(sys.argv[2])


def conv(x, weight, bias, stride, pads):
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    rows, columns = ((x.shape[2 + i] - weight.shape[2 + i]) // stride[i] + 1 for i in range(2))
    y = np.zeros((len(x), len(weight), rows, columns)) + bias[:, None, None]
    for r in range(weight.shape[2]):
        for c in range(weight.shape[3]):
            part = x[:, :, r:r + rows * stride[0]:stride[0], c:c + columns * stride[1]:stride[1]]
            y += np.einsum("nchw,mc->nmhw", part[:, :, :rows, :columns], weight[:, :, r, c])
    return y


def conv_transpose(x, weight, bias, stride, pads, more):
    n, _, h, w = x.shape
    rows, columns = ((s - 1) * stride[i] + weight.shape[2 + i] + more[i] for i, s in enumerate((h, w)))
    y = np.zeros((n, weight.shape[1], rows, columns))
    for r in range(weight.shape[2]):
        for c in range(weight.shape[3]):
            y[:, :, r:r + h * stride[0]:stride[0], c:c + w * stride[1]:stride[1]] += np.einsum(
                "nchw,cm->nmhw", x, weight[:, :, r, c])
    return y[:, :, pads[0]:rows - pads[2], pads[1]:columns - pads[3]] + bias[:, None, None]


def evaluate(name, images, given={}):
    """All values of networks/NAME.onnx and the name of its output, in double; some values may be given."""
    model = onnx.load(f"{run}/networks/{name}.onnx")
    onnx.checker.check_model(model, full_check=True)
    notes = {p.key: p.value for p in model.metadata_props}
    assert notes["oddlot.preset"] == "unit" and int(notes["oddlot.size"]) == images.shape[2], notes
    value = {t.name: numpy_helper.to_array(t).astype("f8") for t in model.graph.initializer}
    value[model.graph.input[0].name] = images
    for node in model.graph.node:
        a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
        if node.output[0] in given:
            value[node.output[0]] = given[node.output[0]]
            continue
        x, *other = (value[name] for name in node.input)
        if node.op_type == "Conv":
            y = conv(x, other[0], other[1], a["strides"], a["pads"])
        elif node.op_type == "ConvTranspose":
            y = conv_transpose(x, other[0], other[1], a["strides"], a["pads"], a.get("output_padding", [0, 0]))
        elif node.op_type == "Gemm":
            y = x @ (other[0].T if a.get("transB") else other[0]) + other[1]
        elif node.op_type == "Relu":
            y = np.maximum(x, 0)
        elif node.op_type == "LeakyRelu":
            y = np.where(x > 0, x, a["alpha"] * x)
        elif node.op_type == "Sigmoid":
            y = 1 / (1 + np.exp(-x))
        elif node.op_type == "LpNormalization":
            y = x / np.linalg.norm(x, axis=a["axis"], keepdims=True)
        elif node.op_type == "BatchNormalization":
            scale, shift, mean, variance = (v.reshape((-1,) + (1,) * (x.ndim - 2)) for v in other)
            y = (x - mean) / np.sqrt(variance + a["epsilon"]) * scale + shift
        elif node.op_type == "Flatten":
            y = x.reshape(len(x), -1)
        elif node.op_type == "Reshape":
            y = x.reshape((len(x),) + tuple(int(i) for i in other[0][1:]))
        elif node.op_type == "Slice":  # columns first ... last of means and log variances
            y = x[:, int(other[0][-1]):int(other[1][-1])]
        else:
            raise SystemExit(f"{name}: {node.op_type} is not known here")
        value[node.output[0]] = y
    return value, model.graph.output[0].name


def output(name, images):
    value, last = evaluate(name, images)
    return value[last]


def log_likelihood(levels, back, variance):
    """Of images, given what the decoder makes of a code."""
    if variance > 0:
        each = -0.5 * np.log(2 * np.pi * variance) - (levels - back)**2 / (2 * variance)
    else:
        each = levels * np.log(back) + (1 - levels) * np.log(1 - back)
    return each.sum((1, 2, 3))


with h5py.File(f"{run}/train.h5") as f, h5py.File(f"{run}/ingest.h5") as ingest:
    status, held_out, images = ingest["status"][:], ingest["held_out"][:], ingest["images"][:]
    error = f["reconstruction_error"][:]
    seen, held, best = f["curves/loss_seen"][0], f["curves/loss_held_out"][0], f["curves/best"][0]

readable = status == 0
assert np.isnan(error[~readable]).all() and len(error) == len(status)
levels = images[readable].transpose(0, 3, 1, 2) / 255
back = output("autoencoder", levels)
assert back.shape == levels.shape
assert np.allclose(error[readable], ((back - levels)**2).mean((1, 2, 3)), rtol=1e-4, atol=1e-7)

ended = np.isnan(seen)
last = len(seen) - ended.sum()
assert len(seen) == len(held) == epochs and not ended[:last].any() and 1 <= best <= last
assert np.isnan(held[:last]).all() == (not held_out[readable].any())
if best < last:
    assert best == 1 + np.nanargmin(seen)
if len(sys.argv) > 3:
    assert seen[last - 1] < float(sys.argv[3]) * seen[0], seen

if len(sys.argv) > 4:
    DRAWS, STORED = 100, 10
    with h5py.File(f"{run}/train.h5") as f:
        stored = f["reconstruction_probability"][:][readable]
    assert np.isfinite(stored).all()
    some = levels[:40]
    mean, log_variance = np.split(evaluate("autoencoder", some)[0]["code_moments"], 2, axis=1)
    draw, said = np.random.default_rng(1), []
    for _ in range(DRAWS):
        drawn = mean + np.exp(log_variance / 2) * draw.standard_normal(mean.shape)
        value, last = evaluate("autoencoder", some, {"code": drawn})
        said.append(log_likelihood(some, value[last], float(sys.argv[4])))
    apart = (stored[:40] - np.mean(said, 0)) / (np.std(said, 0) * np.sqrt(1 / STORED + 1 / DRAWS))
    assert np.abs(apart).max() < 5 and 0.5 < apart.std() < 2, apart

try:
    with h5py.File(f"{run}/features.h5") as f:
        features, row = f["features"][:], f["row"][:]
except FileNotFoundError:
    sys.exit()
code = output("encoder", levels)
code = code.reshape(len(code), -1)
assert (row == np.flatnonzero(readable)).all()
assert np.allclose(features, code, rtol=1e-4, atol=1e-4), np.abs(features - code).max()
