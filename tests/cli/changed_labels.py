#!/usr/bin/python3
"""What the test of changed labels knows of its images.

    changed_labels.py make NAME         NAME-images.gz, NAME-labels.gz -> changed-*.gz, CHANGED.txt, and copies
    changed_labels.py found RUN         those of CHANGED.txt are found in categories.h5, and by whom
    changed_labels.py weight RUN LOW HIGH   the classifier has a weight from LOW to HIGH
"""
import gzip, struct, sys

import numpy as np

SHOES, CHANGED, COPIED = (5, 7, 9), 16, 6


def read(name, head):
    return np.frombuffer(gzip.open(name).read(), np.uint8, offset=head)


def write(name, kind, array):
    head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with open(f"{name}-{kind}.gz", "wb") as f:
        f.write(gzip.compress(head + array.tobytes(), mtime=0))


def make(name):
    rng = np.random.default_rng(5)
    images, labels = read(name + "-images.gz", 16).reshape(-1, 28, 28), read(name + "-labels.gz", 8).copy()
    keep = np.isin(labels, SHOES)
    images, labels = images[keep], labels[keep]
    changed = rng.choice(len(labels), CHANGED, replace=False)
    for i in changed:
        labels[i] = rng.choice([s for s in SHOES if s != labels[i]])
    # copies of others, a few times: pixel for pixel, and a little brighter, so that some are in another fold
    copied = np.setdiff1d(np.arange(40), changed)[:COPIED].repeat(4)
    more = images[copied].copy()
    more[len(more) // 2:] = np.minimum(more[len(more) // 2:], 250) + 5
    np.savetxt("CHANGED.txt", changed, "%d")
    np.savetxt("COPIED.txt", copied[:len(more) // 2], "%d")
    write("changed", "images", np.concatenate([images, more]))
    write("changed", "labels", np.concatenate([labels, labels[copied]]))


def found(run):
    import h5py
    changed = np.loadtxt("CHANGED.txt", dtype=int)
    with h5py.File(run + "/categories.h5") as f, h5py.File(run + "/train.h5") as t:
        times = f["image/other_probability"][:] / np.maximum(f["image/probability"][:], 1e-30)
        category, other = f["image/category"][:], f["image/other"][:]
        model = {k: v[()] for k, v in f["model"].items()}
        fold = t["fold"][:]
        logits, label = t["logits"][:].astype(float), t["label"][:]
    assert (category == label).all()  # the same names, sorted
    copied = np.loadtxt("COPIED.txt", dtype=int)
    last = len(fold) - 2 * len(copied)
    assert (fold[copied] == fold[last:last + len(copied)]).all()  # with what they are copies of
    assert len(set(fold[copied])) > 1 or len(copied) < 3
    worst = np.argsort(-times)[:len(changed)]
    right = len(set(worst) & set(changed))
    assert right >= 0.6 * len(changed), (right, worst, changed)
    assert 0.05 < model["classifier"] <= 0.5, model
    # where the classifier is sure of another class, so is what is joined
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    sure = [i for i in changed if p[i].max() > 0.99 and p[i].argmax() != label[i]]
    assert len(sure) >= 3 and all(other[i] == p[i].argmax() for i in sure), sure


def weight(run, low, high):
    import h5py
    with h5py.File(run + "/categories.h5") as f:
        is_now = f["model/classifier"][()]
    assert float(low) <= is_now <= float(high), is_now


{"make": make, "found": found, "weight": weight}[sys.argv[1]](*sys.argv[2:])
