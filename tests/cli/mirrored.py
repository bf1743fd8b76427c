#!/usr/bin/python3
"""Are images judged both ways where they were learnt from so? The networks have one dense layer.

    mirrored.py RUN FOLDS"""
import sys

import h5py
import numpy as np
import onnx
from onnx import numpy_helper

run, folds = sys.argv[1], int(sys.argv[2])
with h5py.File(f"{run}/train.h5") as f, h5py.File(f"{run}/ingest.h5") as ingest:
    fold, odds, readable = f["fold"][:], f["log_odds"][:], ingest["status"][:] == 0
    images = ingest["images"][:][..., 0] / 127.5 - 1
for k in range(folds):
    initial = onnx.load(f"{run}/networks/fold-{k + 1}.onnx").graph.initializer
    values = [numpy_helper.to_array(tensor).astype("f8").ravel() for tensor in initial]
    weight = next(v for v in values if len(v) == images[0].size)
    bias = next((v[0] for v in values if len(v) == 1), 0)
    mine = readable & (fold == k)
    ways = [images[mine].reshape(mine.sum(), -1) @ weight + bias,
            images[mine][:, :, ::-1].reshape(mine.sum(), -1) @ weight + bias]
    assert np.abs(ways[0] - ways[1]).max() > 0.01
    assert np.allclose(odds[mine], np.mean(ways, axis=0), atol=1e-4), np.abs(odds[mine] - np.mean(ways, axis=0)).max()
