#!/usr/bin/python3
"""Do scores rank by what the networks say, and are the planted damaged images found?

    damaged.py RUN AUC"""
import csv
import sys

import h5py
import numpy as np

run, wanted = sys.argv[1], float(sys.argv[2])
with h5py.File(f"{run}/audit.h5") as audit:
    odds, probability = audit["train/log_odds"][:], audit["train/probability"][:]
    score, columns, rank = audit["scores/score"][:], audit["scores/columns"], audit["scores/rank"][:]
    assert (columns["damage"][:] == odds).all() and (columns["damage_probability"][:] == probability).all()
    assert (score == odds).all()
    assert (rank == 1 + np.argsort(np.argsort(-odds, kind="stable"))).all()
    auc = audit["evaluate/metrics/roc_auc/damage"][()]
    assert auc == audit["evaluate/metrics/roc_auc/score"][()]
with open(f"{run}/flagged.csv") as f:
    for row in csv.DictReader(f):
        assert row["detector"] == "damage" and row["reason"].startswith("damage of probability"), row
        assert float(row["probability"]) == probability[int(row["row"])], row
assert auc >= wanted, auc
