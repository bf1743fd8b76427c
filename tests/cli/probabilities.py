#!/usr/bin/python3
"""probabilities.py RUN: those of all categories are one distribution for each row, as the columns say."""
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1] + "/categories.h5") as f, h5py.File(sys.argv[1] + "/features.h5") as features:
    p, row = f["probabilities"][:], features["row"][:]
    of, own = f["image/category"][:][row], f["image/probability"][:][row]
    assert p.shape == (len(row), len(f["category/name"])), p.shape
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    filed = of >= 0
    assert np.allclose(p[np.flatnonzero(filed), of[filed]], own[filed], atol=1e-6)
    p[np.flatnonzero(filed), of[filed]] = -1
    assert (p.argmax(axis=1) == f["image/other"][:][row]).all()
