#!/usr/bin/python3
"""Do scores rank by what the networks say, and are the planted damaged images found?

    damaged.py RUN AUC SHARE

SHARE: score.damage_share; 0: as the networks suggest."""
import csv
import sys

import h5py
import numpy as np

run, wanted, share = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
with h5py.File(f"{run}/audit.h5") as audit:
    odds, calibrated = audit["train/log_odds"][:], audit["train/calibrated"][:]
    share = share or audit["train/share"][()]
    probability = 1 / (1 + np.exp(-calibrated - np.log(share / (1 - share))))
    score, columns, rank = audit["scores/score"][:], audit["scores/columns"], audit["scores/rank"][:]
    assert (columns["damage"][:] == odds).all() and np.allclose(columns["damage_probability"][:], probability)
    assert (score == odds).all()
    assert (rank == 1 + np.argsort(np.argsort(-odds, kind="stable"))).all()
    auc = audit["evaluate/metrics/roc_auc/damage"][()]
    assert auc == audit["evaluate/metrics/roc_auc/score"][()]
with open(f"{run}/flagged.csv") as f:
    for row in csv.DictReader(f):
        assert row["detector"] == "damage" and row["reason"].startswith("damage of probability"), row
        assert np.isclose(float(row["probability"]), probability[int(row["row"])]), row
assert auc >= wanted, auc
