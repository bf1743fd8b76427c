#!/usr/bin/python3
"""Are the components of a run those of the PCA of another one, applied by numpy, and is the AUC sound?

    applied.py LEARNT JUDGED"""
import sys

import h5py
import numpy as np
from sklearn import metrics

learnt, judged = (h5py.File(f"{run}/audit.h5") for run in sys.argv[1:3])
mean, axis = learnt["reduce/model/mean"][:], learnt["reduce/model/axis"][:]
centred = judged["features/features"][:].astype(float) - mean
components = judged["reduce/components"][:]
assert np.allclose(components, centred @ axis.T, atol=1e-5)
residual = np.linalg.norm(centred - centred @ axis.T @ axis, axis=1)
assert np.allclose(judged["reduce/residual"][:], residual, atol=1e-5)


def compare(name, item):
    if isinstance(item, h5py.Dataset):
        assert np.array_equal(item[()], judged["model/model"][name][()]), name


learnt["model/model"].visititems(compare)
assert not np.array_equal(learnt["features/features"][:10], judged["features/features"][:10])
assert metrics.roc_auc_score(judged["ingest/truth"][:], judged["scores/score"][:]) > 0.8
