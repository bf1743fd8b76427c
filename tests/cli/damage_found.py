#!/usr/bin/python3
"""Are the findings of check `damage` the images that are probably damaged?

    damage_found.py RUN"""
import sys

import h5py
import numpy as np

run = sys.argv[1]
with h5py.File(f"{run}/scores.h5") as scores, h5py.File(f"{run}/findings.h5") as f:
    probability = scores["columns/damage_probability"][:]
    mine = np.flatnonzero(f["finding/check"][:] == b"damage")
    rows = f["member/row"][:][f["finding/first"][:][mine]]
    assert 3 <= len(rows) < len(probability) / 2, len(rows)
    assert sorted(rows) == list(np.flatnonzero(probability >= 0.5)), rows
    assert np.array_equal(f["finding/severity"][:][mine], probability[rows])
    assert np.all(np.diff(probability[rows]) <= 0)
    assert set(f["finding/kind"][:][mine]) == {b"damage"}
