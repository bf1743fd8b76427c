#!/usr/bin/python3
"""Do two runs have nearly the same numbers in a dataset: no difference above a share of the largest?

    close.py RUN_A RUN_B FILE DATASET SHARE"""
import sys

import h5py
import numpy as np


def read(run):
    with h5py.File(f"{run}/{sys.argv[3]}") as f:
        return f[sys.argv[4]][:].astype(float)


a, b = (read(run) for run in sys.argv[1:3])
assert a.shape == b.shape
share = np.abs(a - b).max() / np.abs(a).max()
assert share < float(sys.argv[5]), share
