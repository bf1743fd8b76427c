#!/usr/bin/python3
"""Is what task classify leaves whole, and is it what its networks say, run by NumPy?

    classified.py RUN FOLDS EPOCHS ACCURACY [UNKNOWN...]

Of the images that have not been learnt from the share ACCURACY is told right."""
import sys

import h5py
import numpy as np
import onnx
from onnx import numpy_helper
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score, roc_auc_score



def evaluate(name, images):
    """The output of networks/NAME.onnx, and what its last product reads, in double."""
    model = onnx.load(f"{run}/networks/{name}.onnx")
    onnx.checker.check_model(model, full_check=True)
    value = {t.name: numpy_helper.to_array(t).astype("f8") for t in model.graph.initializer}
    value[model.graph.input[0].name] = images
    hidden = None
    for node in model.graph.node:
        a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
        x, *other = (value[name] for name in node.input)
        if node.op_type == "Conv":
            weight, bias = other
            top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
            x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
            window = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))
            y = np.einsum("nchwrs,mcrs->nmhw", window, weight, optimize=True) + bias[:, None, None]
        elif node.op_type == "Add":
            y = x + other[0]
        elif node.op_type == "Relu":
            y = np.maximum(x, 0)
        elif node.op_type == "MaxPool":
            n, c, h, w = x.shape
            y = x[:, :, :h // 2 * 2, :w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
        elif node.op_type in ("Flatten", "Identity"):
            y = x.reshape(len(x), -1) if node.op_type == "Flatten" else x
        elif node.op_type == "Gemm":
            hidden = x
            y = x @ (other[0].T if a.get("transB") else other[0]) + other[1]
        else:
            raise SystemExit(f"{name}: {node.op_type} is not known here")
        value[node.output[0]] = y
    return value[model.graph.output[0].name], hidden


run, folds, epochs, least = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
unknown_labels = sys.argv[5:]
with h5py.File(f"{run}/train.h5") as f, h5py.File(f"{run}/ingest.h5") as ingest:
    images, status, held_out = ingest["images"][:], ingest["status"][:], ingest["held_out"][:]
    text, verified = ingest["label"][:].astype("U"), ingest["verified"][:]
    f.visititems(lambda name, o: globals().update({name.replace("/", "_"): o[()]}) if isinstance(o, h5py.Dataset) else None)
names, n, readable = classes_name.astype("U"), len(status), status == 0
k = len(names)

# classes are labels; those of unknown ones and rare ones are none
assert sorted(names) == list(names) and not set(names) & set(unknown_labels)
assert (label == [list(names).index(t) if t in names else -1 for t in text]).all()
assert (unknown == (np.isin(text, unknown_labels))).all()
may = readable & (label >= 0) & (held_out == 0) & (verified != 2)
assert (classes_images == np.bincount(label[may], minlength=k)).all() and (classes_images > 0).all()

# folds: of each class, and of all, as many images as can be
assert (fold[readable] >= 0).all() and (fold[~readable] == -1).all() and (predicted[~readable] == -1).all()
for part in [readable] + [readable & (label == c) for c in range(-1, k)]:
    counts = np.bincount(fold[part], minlength=folds)
    assert len(counts) == folds and counts.max() - counts.min() <= 1, counts
assert (learnt == (may if folds == 1 else np.zeros(n))).all()



def vim_of(name, known, x, energies):
    """ViM of features x by those of the images learnt from, as github.com/haoqiwang/vim computes it."""
    model = onnx.load(f"{run}/networks/{name}.onnx")
    weights = {t.name: numpy_helper.to_array(t).astype("f8") for t in model.graph.initializer}
    gemm = [node for node in model.graph.node if node.op_type == "Gemm"][-1]
    w, b = weights[gemm.input[1]], weights[gemm.input[2]]
    w = w if any(a.name == "transB" and a.i for a in gemm.attribute) else w.T
    origin = -np.linalg.pinv(w) @ b
    seen, d = known - origin, known.shape[1]
    axes = min(d // 2, d - 1, len(known) - 1)
    vector = np.linalg.eigh(seen.T @ seen)[1][:, :d - axes]
    residual = np.linalg.norm(seen @ vector, axis=1)
    rest = residual.mean() / np.linalg.norm(seen, axis=1).mean()
    if rest < 1e-4:  # there the rounding of float32 decides, but for exact zeros
        return energies if rest < 1e-9 else None
    alpha = (known @ w.T + b).max(1).mean() / residual.mean()
    return alpha * np.linalg.norm((x - origin) @ vector, axis=1) + energies


# what the networks say
for number in range(folds):
    mine = np.flatnonzero(fold == number)
    x = (images[mine].astype("f8").transpose(0, 3, 1, 2) / 255 - 0.5) / 0.5
    out, hidden = evaluate(f"fold-{number + 1}", x)
    scale = np.abs(out).max()
    assert np.allclose(logits[mine], out, atol=1e-4 * scale) and np.allclose(features[mine], hidden, atol=1e-4 * scale)
    from_these = np.flatnonzero(may & (fold != number if folds > 1 else True))
    known = evaluate(f"fold-{number + 1}", (images[from_these].astype("f8").transpose(0, 3, 1, 2) / 255 - 0.5) / 0.5)[1]
    by_numpy = vim_of(f"fold-{number + 1}", known, hidden, -np.log(np.exp(out).sum(1)))
    if by_numpy is not None:
        assert np.allclose(vim[mine], by_numpy, atol=2e-3 * np.abs(by_numpy).max()), (vim[mine], by_numpy)
    if number == 0:
        assert np.allclose(evaluate("features", x)[0], hidden, atol=1e-9)

# columns of scores
z = logits[readable].astype("f8")
top = z.max(1)
p = np.exp(z - top[:, None])
p /= p.sum(1, keepdims=True)
assert np.allclose(probabilities[readable], p, atol=1e-6) and np.isnan(probabilities[~readable]).all()
assert (predicted[readable] == z.argmax(1)).all() and np.allclose(max_logit[readable], top)
assert np.allclose(energy[readable], -np.log(np.exp(z - top[:, None]).sum(1)) - top)
assert np.isfinite(vim[readable]).all() and np.isnan(vim[~readable]).all()
assert run != "calm" or (vim[readable] > energy[readable] + 1).any(), "no residual"
assert np.allclose(softmax[readable], 1 - p.max(1), atol=1e-9) and np.isnan(softmax[~readable]).all()
has = label[readable] >= 0
assert np.allclose(own[readable][has], p[has, label[readable][has]]) and np.isnan(own[readable][~has]).all()

# figures of merit are scikit-learn's
fair = readable & (label >= 0) & (learnt == 0)
assert (fold.max() == 0) == (folds == 1) and fair.sum() > 0
y, said = label[fair], predicted[fair]
assert np.isclose(accuracy, (y == said).mean()) and accuracy >= least, accuracy
there = np.unique(y)
assert np.isclose(f1, f1_score(y, said, labels=there, average="macro"))
assert np.allclose(classes_f1[there], f1_score(y, said, labels=there, average=None))
assert np.allclose(np.nan_to_num(classes_precision[there]), precision_score(y, said, labels=there, average=None, zero_division=0))
assert np.allclose(classes_recall[there], recall_score(y, said, labels=there, average=None))
assert (classes_confusion == confusion_matrix(y, said, labels=range(k))).all()
odd = readable & (unknown == 1)
for name, score in ("softmax", softmax), ("energy", energy), ("max_logit", -max_logit), ("vim", vim):
    area = globals()["auc_" + name]
    if odd.any():
        both = fair | odd
        assert np.isclose(area, roc_auc_score(odd[both], score[both])), name
    else:
        assert np.isnan(area)

# curves
for name in ("loss_seen", "accuracy_seen", "loss_held_out", "accuracy_held_out"):
    assert globals()["curves_" + name].shape == (folds, epochs), name
for number in range(folds):
    mine = fair & (fold == number)
    last = curves_best[number] - 1
    loss = -np.log(own[mine]).mean()
    assert np.isclose(curves_accuracy_held_out[number, last], (label[mine] == predicted[mine]).mean())
    assert np.isclose(curves_loss_held_out[number, last], loss, rtol=1e-3), (loss, curves_loss_held_out[number])
if "centers" in globals():
    assert centers.shape == (folds, k, features.shape[1])
    # they are near the means of what was learnt from: nearer than any other class's
    large = np.flatnonzero(classes_images >= 20)
    means = np.array([features[fair & (fold == 0) & (label == c)].mean(0) for c in large])
    distance = ((means[:, None] - centers[0][large][None])**2).sum(-1)
    assert (distance.argmin(1) == np.arange(len(large))).all(), distance
