#!/usr/bin/python3
"""views_verified.py RUN RATE: are no more of the usual images that nobody verified flagged, and all odd ones?"""
import sys

import h5py
import numpy as np

run, rate = sys.argv[1], float(sys.argv[2])
with h5py.File(run + "/audit.h5") as f:
    odd = np.array([b"odd" in p for p in f["ingest/path"]])
    verified = f["ingest/verified"][:] == 1
    flagged = np.zeros(len(odd), bool)
    flagged[f["scores/flagged/row"][:]] = True
usual = ~odd & ~verified
assert verified.sum() == 140 and not (odd & verified).any()
assert flagged[usual].mean() <= rate, flagged[usual].mean()
assert flagged[odd].mean() > 0.9, flagged[odd].mean()
