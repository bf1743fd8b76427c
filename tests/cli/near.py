#!/usr/bin/python3
"""Are the PCA's components of two runs the same to 1e-5 of the leading singular value, and as numpy has
them from the images that are not held out, signs aside?

    near.py RUN_A RUN_B"""
import sys

import h5py
import numpy as np


def read(run, path):
    file, name = path.split("/")
    with h5py.File(f"{run}/{file}.h5") as f:
        return f[name][:].astype(float)


a, b = (read(run, "reduce/components") for run in sys.argv[1:3])
x = read(sys.argv[1], "features/features")
learnt = read(sys.argv[1], "ingest/held_out")[read(sys.argv[1], "features/row").astype(int)] == 0
x = x - x[learnt].mean(0)
_, s, v = np.linalg.svd(x[learnt], full_matrices=False)
v = v[: a.shape[1]]
truth = x @ v.T
assert np.abs(a - b).max() < 1e-5 * s[0], np.abs(a - b).max() / s[0]
signs = np.sign((a * truth).sum(0))
assert np.abs(a * signs - truth).max() < 1e-5 * s[0], np.abs(a * signs - truth).max() / s[0]
lost = np.linalg.norm(x - truth @ v, axis=1)
assert np.abs(read(sys.argv[1], "reduce/residual") - lost).max() < 1e-4 * s[0]
