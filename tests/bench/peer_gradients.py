#!/usr/bin/python3
"""Loss and all gradients of one step of task classify against PyTorch's, on the same weights and images.

    peer_gradients.py RUN BEFORE.onnx AFTER.onnx BEFORE.h5 RATE LAMBDA [--double]
    peer_gradients.py --smooth FROM.onnx TO.onnx

Made by two runs of `oddlot train` with one epoch of one batch of one shard, train.optimizer=sgd, train.momentum=0 and
train.folds=1: BEFORE with a train.rate of 1e-12, so that its weights are those before the step, and AFTER with RATE, so
large that weights rounded to float32 tell its gradient well (100; 1000 where weights begin pretrained). RUN/ingest.h5 has
the images. Prints a line of JSON: relative differences of loss and gradients from PyTorch's in float32.

--double compares both with PyTorch in float64, which is as good as exact: `from_float64` is ours, `peer_from_float64`
PyTorch's own float32. `moved` is how far the exact gradients move when each weight is moved by half a unit of float32 at
most: what no program that computes in float32 can be blamed for. `other_side` counts values that float32 puts on another
side of an activation's kink than float64 does: there the gradient jumps. --smooth writes FROM with x sigmoid(x) in place
of each Clip, a network of the same weights without kinks. With PyTorch, onnx and h5py."""
import argparse
import json
import sys

import h5py
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional as F


def values(path):
    model = onnx.load(path)
    return model, {t.name: torch.tensor(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}


def smooth(path, to):
    model, nodes = onnx.load(path), []
    for node in model.graph.node:
        if node.op_type == "Clip":
            share = node.output[0] + "/share"
            nodes.append(onnx.helper.make_node("Sigmoid", [node.input[0]], [share]))
            node = onnx.helper.make_node("Mul", [node.input[0], share], list(node.output))
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, to)


def forward(model, value, sides):
    """The graph by PyTorch: its output and what the last product reads. Batch norms see the batch. Of activations with
    kinks it is noted in `sides` where their inputs are."""
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
            y = F.batch_norm(x, other[2].clone(), other[3].clone(), other[0], other[1], True, 0.1, a.get("epsilon", 1e-5))
        elif kind == "Gemm":
            hidden = x
            y = x @ (other[0].T if a.get("transB") else other[0]) + other[1]
        elif kind == "MaxPool":
            y = F.max_pool2d(x, a["kernel_shape"], a["strides"])
        elif kind == "Clip":
            low, high = (float(v) for v in (other or (a["min"], a["max"])))
            sides.append((x > low).to(torch.int8) + (x > high))
            y = x.clamp(low, high)
        elif kind == "Relu":
            sides.append(x > 0)
            y = torch.relu(x)
        else:
            y = {"Sigmoid": torch.sigmoid, "Flatten": lambda v: v.flatten(1), "Identity": lambda v: v,
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


def gradients(step, dtype, move=0.):
    """Loss, gradients and sides of kinks by PyTorch in this precision, weights moved by that share at most. Centers are 0."""
    chance, sides = torch.Generator().manual_seed(1), []
    v = {name: t.detach().to(dtype) if t.is_floating_point() else t for name, t in step["value"].items()}
    for name in step["learnt"]:
        v[name] = v[name] * (1 + move * (2 * torch.rand(v[name].shape, generator=chance, dtype=dtype) - 1))
        v[name].requires_grad_(True)
    v[step["model"].graph.input[0].name] = step["images"].to(dtype)
    logits, hidden = forward(step["model"], v, sides)
    loss = F.cross_entropy(logits, step["label"]) + step["center"] * (hidden**2).sum(1).mean() / 2
    loss.backward()
    return loss.item(), {name: v[name].grad.double() for name in step["learnt"]}, sides


def short(x):
    return float(f"{x:.3g}")


def differences(a, b):
    """Over tensors, of each the largest difference as a share of its largest value: the largest and the median; the length
    of the difference of all gradients as a share of theirs."""
    # a shift right before a batch norm has no gradient: what is called one is rounding
    noise = 1e-5 * max(g.abs().max().item() for g in b.values())
    each = sorted((a[n] - b[n]).abs().max().item() / b[n].abs().max().item() for n in b if b[n].abs().max().item() > noise)
    whole = (sum(((a[n] - b[n])**2).sum() for n in b) / sum((g**2).sum() for g in b.values()))**0.5
    return {"largest": short(each[-1]), "median": short(each[len(each) // 2]), "length": short(whole), "tensors": len(each)}


def read(args):
    model, value = values(args.before)
    moved = values(args.after)[1]
    with h5py.File(f"{args.run}/ingest.h5") as f, h5py.File(args.result) as r:
        images, label, loss = f["images"][:], torch.tensor(r["label"][:]).long(), r["curves/loss_seen"][0, 0]
    statistics = {name for node in model.graph.node if node.op_type == "BatchNormalization" for name in node.input[3:]}
    learnt = [n for n, v in value.items() if v.is_floating_point() and v.numel() > 1 and n not in statistics]
    mine = {n: (value[n].double() - moved[n].double()) / args.rate for n in learnt}
    return loss, mine, {"model": model, "value": value, "learnt": learnt, "images": levels(model, images), "label": label,
                        "center": args.center}


def main():
    if sys.argv[1:2] == ["--smooth"]:
        return smooth(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "before", "after", "result"):
        parser.add_argument(name)
    parser.add_argument("rate", type=float)
    parser.add_argument("center", type=float)
    parser.add_argument("--double", action="store_true")
    args = parser.parse_args()
    loss, mine, step = read(args)
    peer_loss, single, sides = gradients(step, torch.float32)
    out = {"run": args.run, "peer": f"torch {torch.__version__}", "images": len(step["label"]), "loss": loss,
           "loss_from_float32": short(abs(loss / peer_loss - 1)), "from_float32": differences(mine, single)}
    if args.double:
        exact_loss, exact, exact_sides = gradients(step, torch.float64)
        out.update(loss_from_float64=short(abs(loss / exact_loss - 1)),
                   peer_loss_from_float64=short(abs(peer_loss / exact_loss - 1)), from_float64=differences(mine, exact),
                   peer_from_float64=differences(single, exact),
                   moved=differences(gradients(step, torch.float64, 2.**-24)[1], exact),
                   other_side=sum(int((a != b).sum()) for a, b in zip(sides, exact_sides)),
                   of_values=sum(a.numel() for a in sides))
    print(json.dumps(out))


main()
