#!/usr/bin/python3
"""nearest_usual.py RUN: the usual images that are told of flagged ones are the nearest by their features, by NumPy:
of the less odd half, none of it flagged."""
import sys

import h5py
import numpy as np

with h5py.File(f"{sys.argv[1]}/audit.h5") as run:
    x, row = run["features/features"][:].astype(float), run["features/row"][:]
    score = run["scores/score"][:][row]
    flagged, nearest = run["scores/flagged/row"][:], run["scores/flagged/nearest"][:]
assert 0 < len(nearest) <= len(flagged), (len(nearest), len(flagged))
place = {image: i for i, image in enumerate(row)}
order = np.argsort(-score, kind="stable")
usual = np.sort(order[max(len(flagged), len(row) // 2):])
for image, found in zip(flagged, nearest):
    distance = np.linalg.norm(x[usual] - x[place[image]], axis=1)
    told = [np.linalg.norm(x[place[i]] - x[place[image]]) for i in found]
    assert not set(found) & set(flagged) and len(set(found)) == len(found), found
    assert np.allclose(told, np.sort(distance)[:len(found)], rtol=1e-3, atol=1e-3), (image, told)
