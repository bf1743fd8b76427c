#!/usr/bin/python3
"""Does a run of the detector `head` flag what is more likely than not like what it was shown, and rank the rest well?

    shown.py RUN"""
import sys

import h5py
import numpy as np
from sklearn.metrics import roc_auc_score

audit = h5py.File(f"{sys.argv[1]}/audit.h5")
posterior, logit = (audit[f"scores/columns/{name}"][:] for name in ("posterior", "logit"))
truth, verified = audit["ingest/truth"][:], audit["ingest/verified"][:]
flagged = np.zeros(len(posterior), bool)
flagged[audit["scores/flagged/row"][:]] = True
assert (flagged == (posterior >= 0.5)).all() and 0 < flagged.sum() < len(flagged)
np.testing.assert_allclose(posterior, 1 / (1 + np.exp(-logit)), rtol=1e-12)
unseen = verified == 0
assert roc_auc_score(truth[unseen], logit[unseen]) > 0.9, roc_auc_score(truth[unseen], logit[unseen])
