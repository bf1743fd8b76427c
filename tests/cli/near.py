#!/usr/bin/python3
"""Are the PCA's scores of two runs the same to 1e-5 of the leading singular value, and as numpy has
them, signs aside?

    near.py RUN_A RUN_B"""
import sys

import h5py
import numpy as np


def read(run, path):
    file, name = path.split("/")
    with h5py.File(f"{run}/{file}.h5") as f:
        return f[name][:].astype(float)


a, b = (read(run, "reduce/scores") for run in sys.argv[1:3])
x = read(sys.argv[1], "features/features")
u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
truth = u[:, : a.shape[1]] * s[: a.shape[1]]
assert np.abs(a - b).max() < 1e-5 * s[0], np.abs(a - b).max() / s[0]
signs = np.sign((a * truth).sum(0))
assert np.abs(a * signs - truth).max() < 1e-5 * s[0], np.abs(a * signs - truth).max() / s[0]
lost = np.linalg.norm(x - x.mean(0) - truth @ (truth / (truth**2).sum(0)).T @ (x - x.mean(0)), axis=1)
assert np.abs(read(sys.argv[1], "reduce/residual") - lost).max() < 1e-4 * s[0]
