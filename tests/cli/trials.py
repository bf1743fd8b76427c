#!/usr/bin/python3
"""experiment.csv and experiment.h5 say the same, and every value is where it can be.

    trials.py CSV H5"""
import csv
import sys

import h5py
import numpy

with open(sys.argv[1], newline="") as file:
    rows = list(csv.DictReader(file))
with h5py.File(sys.argv[2]) as file:
    trials = {name: data[:] for name, data in file["trials"].items()}

for name, column in trials.items():
    told = [row[name] for row in rows]
    if column.dtype.kind == "S":
        assert told == [cell.decode() for cell in column], name
    else:
        told = numpy.array([float(cell or "nan") for cell in told])
        assert numpy.allclose(told, column, rtol=1e-9, equal_nan=True), name

done = ~numpy.isnan(trials["auc"])
assert done.any()
for name in ("auc", "average_precision", "sensitivity", "recall", "precision", "f1", "recall_at", "share"):
    values = trials[name][done]
    assert ((values >= 0) & (values <= 1)).all(), name
assert (trials["components"][done] >= 1).all()
