#!/usr/bin/python3
"""Did what people verified reach the mixture? Verified odd rows have posterior 1, verified theme 0.

    verified.py RUN COUNT"""
import sys

import h5py

run, count = sys.argv[1], int(sys.argv[2])
with h5py.File(f"{run}/audit.h5") as audit:
    verified = audit["ingest/verified"][:]
    posterior = audit["scores/columns/posterior"][:]
assert (verified > 0).sum() == count, (verified > 0).sum()
assert (posterior[verified == 2] > 0.5).mean() > 0.5
assert (posterior[verified == 1] < 0.5).mean() > 0.9
