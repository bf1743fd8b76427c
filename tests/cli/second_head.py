#!/usr/bin/python3
"""second_head.py RUN FOLDS AUC: what the second head of a classifier says of odd images that it has not learnt from, and of
those that it has."""
import sys

import h5py
import numpy as np
from sklearn.metrics import roc_auc_score

run, folds, least = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
with h5py.File(run + "/train.h5") as f, h5py.File(run + "/ingest.h5") as g:
    outlier, label, fold, learnt = (f[name][:] for name in ("outlier", "label", "fold", "learnt"))
    verified, truth = g["verified"][:] == 2, g["truth"][:]
    text = g["label"][:].astype("U")
odd = ~np.isin(text, ["5", "7", "9"])
assert ((label < 0) == odd).all() and verified.sum() == 20 and odd[verified].all()
assert (outlier >= 0).all() and (outlier <= 1).all()
if folds > 1:
    assert not learnt.any()
    counts = np.bincount(fold[verified], minlength=folds)  # they are dealt out, too
    assert counts.max() - counts.min() <= 1, counts
else:
    assert (learnt == ((label >= 0) | verified)).all()
unseen, seen = odd & ~verified, verified
for name, some in ("others", unseen), ("verified", seen):
    area = roc_auc_score(some[some | ~odd], outlier[some | ~odd])
    assert area >= least, (name, area)
