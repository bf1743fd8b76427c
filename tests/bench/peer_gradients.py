#!/usr/bin/python3
"""Loss and all gradients of one step of task classify against PyTorch's, on the same weights and images.

    peer_gradients.py RUN BEFORE.onnx AFTER.onnx AFTER.h5 RATE LAMBDA [--double]

Made by two runs of `oddlot train` with one epoch of one batch of one shard, train.optimizer=sgd, train.momentum=0 and
train.folds=1: BEFORE with a train.rate of 1e-12, so that its weights are those before the step, and AFTER with RATE, so
large that the weights are minus RATE times the gradient. RUN/ingest.h5 has the images. Prints a line of JSON: relative
differences of the loss and of gradients from PyTorch's in float32; with --double also from those in float64, and how far
PyTorch's own float32 is from them: gradients through many batch norms amplify rounding. With PyTorch, onnx and h5py."""
import json
import sys

import h5py
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional as F

run, before, after, result, rate = sys.argv[1:6]
rate, center = float(rate), float(sys.argv[6])


def values(path):
    model = onnx.load(path)
    return model, {t.name: torch.tensor(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}


def forward(model, value, training):
    """The graph by PyTorch: its output and what the last product reads. Batch norms see the batch."""
    for node in model.graph.node:
        a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
        x, *other = (value[name] if name else None for name in node.input)
        kind = node.op_type
        if kind == "Conv":
            pads = a.get("pads", [0, 0, 0, 0])
            padded = F.pad(x, (pads[1], pads[3], pads[0], pads[2]))
            y = F.conv2d(padded, other[0], other[1] if len(other) > 1 else None, a.get("strides", 1), 0,
                         a.get("dilations", 1), a.get("group", 1))
        elif kind == "BatchNormalization":
            y = F.batch_norm(x, other[2].clone(), other[3].clone(), other[0], other[1], training, 0.1,
                             a.get("epsilon", 1e-5))
        elif kind == "Gemm":
            hidden = x
            y = x @ (other[0].T if a.get("transB") else other[0]) + other[1]
        elif kind == "MaxPool":
            y = F.max_pool2d(x, a["kernel_shape"], a["strides"])
        elif kind == "Clip":
            y = x.clamp(other[0] if other else a["min"], other[1] if other else a["max"])
        else:
            y = {"Relu": torch.relu, "Sigmoid": torch.sigmoid, "Flatten": lambda v: v.flatten(1), "Identity": lambda v: v,
                 "Add": lambda v: v + other[0], "Mul": lambda v: v * other[0],
                 "GlobalAveragePool": lambda v: v.mean((2, 3), keepdim=True)}[kind](x)
        value[node.output[0]] = y
    return value[model.graph.output[0].name], hidden


def levels(model, images):
    """As the notes of the model say."""
    notes = {p.key: p.value for p in model.metadata_props}
    mean = np.array(notes.get("oddlot.mean", "0.5").replace(",", " ").split(), float)
    deviation = np.array(notes.get("oddlot.deviation", "0.5").replace(",", " ").split(), float)
    return torch.tensor(((images / 255. - mean) / deviation).transpose(0, 3, 1, 2).astype("f4"))


model, value = values(before)
moved = values(after)[1]
with h5py.File(f"{run}/ingest.h5") as f, h5py.File(result) as r:
    images, label, ours = f["images"][:], torch.tensor(r["label"][:]).long(), r["curves/loss_seen"][0, 0]
statistics = {name for node in model.graph.node if node.op_type == "BatchNormalization" for name in node.input[3:]}
learnt = [n for n, v in value.items() if v.is_floating_point() and v.numel() > 1 and n not in statistics]


def gradients(dtype):
    """Loss and gradients by PyTorch in this precision. Centers begin at 0."""
    v = {name: t.detach().to(dtype) if t.is_floating_point() else t for name, t in value.items()}
    for name in learnt:
        v[name].requires_grad_(True)
    v[model.graph.input[0].name] = levels(model, images).to(dtype)
    logits, hidden = forward(model, v, True)
    loss = F.cross_entropy(logits, label) + center * (hidden**2).sum(1).mean() / 2
    loss.backward()
    return loss.item(), {name: v[name].grad.double() for name in learnt}


def differences(a, b):
    """The largest and the median over tensors; of each the largest difference as a share of its largest value."""
    # a shift right before a batch norm has no gradient: what is called one is rounding
    noise = 1e-5 * max(g.abs().max().item() for g in b.values())
    each = sorted((a[n] - b[n]).abs().max().item() / b[n].abs().max().item() for n in learnt
                  if b[n].abs().max().item() > noise)
    return {"largest": float(f"{each[-1]:.3g}"), "median": float(f"{each[len(each) // 2]:.3g}"), "tensors": len(each)}


mine = {n: (value[n].double() - moved[n].double()) / rate for n in learnt}
loss, single = gradients(torch.float32)
out = {"run": run, "peer": f"torch {torch.__version__}", "loss": ours, "loss_from_float32": abs(ours / loss - 1),
       "from_float32": differences(mine, single)}
if "--double" in sys.argv:
    exact, double = gradients(torch.float64)
    out.update(loss_from_float64=abs(ours / exact - 1), from_float64=differences(mine, double),
               peer_from_float64=differences(single, double))
print(json.dumps(out))
