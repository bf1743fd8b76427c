#!/usr/bin/python3
"""doubted.py RUN AUC: the view `classifier` ranks as the scores of train.h5 do, and tells images of no class."""
import sys

import h5py
import numpy as np
from sklearn.metrics import roc_auc_score

run, least = sys.argv[1], float(sys.argv[2])
with h5py.File(run + "/train.h5") as t, h5py.File(run + "/views.h5") as v, h5py.File(run + "/features.h5") as f:
    row = f["row"][:]
    score, label = t["vim"][:][row], t["label"][:][row]
    value, weight = v["classifier/value"][:], v["model/weight/classifier"][()]
    assert len(v["model/classifier"]) == 0, "a view of scores has no core"
assert len(value) == len(score) and weight > 0, weight
order = np.argsort(score.astype("f4"), kind="stable")
assert (np.diff(value[order]) >= 0).all(), "not in the order of the score"
area = roc_auc_score(label < 0, value)
assert area >= least, area
