#!/usr/bin/python3
"""Are just those images of a run flagged that are outside the class that they are nearest to?

    outlying.py RUN CLASS..."""
import csv
import sys

import h5py
import numpy as np

run, classes = sys.argv[1], sys.argv[2:]
audit = h5py.File(f"{run}/audit.h5")
model, column = audit["model/model"], {k: v[:] for k, v in audit["scores/columns"].items()}
names = [name.decode() for name in model["class_name"][:]]
assert names == classes, names
outside = column["outside"] > 1  # NaN is not
flagged = np.zeros(len(outside), bool)
flagged[audit["scores/flagged/row"][:]] = True
assert (flagged == outside).all() and 0 < flagged.sum() < len(flagged) / 2, flagged.sum()
read = ~np.isnan(column["outside"])
assert (column["outside_all"][read] <= column["outside"][read]).all()
near = column["class"][read].astype(int)
threshold = model["threshold"][:][near]
np.testing.assert_allclose(column["distance"][read] / threshold, column["outside"][read], rtol=1e-12)
with open(f"{run}/flagged.csv", newline="") as file:
    for row, image in zip(csv.DictReader(file), audit["scores/flagged/row"][:]):
        name = names[int(column["class"][image])]
        assert f"as far from {name}, the nearest class, as 97.5 % of its own" in row["reason"], row
        assert ("outside every class" in row["reason"]) == (column["outside_all"][image] > 1), row
