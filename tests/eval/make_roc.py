"""Prints the cases of test_roc.c: scores, truth, and what scikit-learn says about them.

Run with Debian's python3-sklearn (1.2.1): /usr/bin/python3 make_roc.py
"""
import numpy as np
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(20)
cases = {
    "no ties": (rng.normal(size=24).round(6), rng.random(24) < 0.4),
    "many ties": (rng.integers(0, 5, 40) / 2 - 1, rng.random(40) < 0.25),
    "rare": ((rng.exponential(size=60) ** 3).round(5), rng.permutation(60) < 2),
    "all equal": (np.full(7, 3.25), np.arange(7) % 3 == 0),
    "perfect": (np.arange(10.0), np.arange(10) >= 6),
    "upside down": (-np.arange(10.0), np.arange(10) >= 6),
}
for name, (score, truth) in cases.items():
    flagged = score >= np.median(score)
    values = [
        np.median(score),
        roc_auc_score(truth, score),
        average_precision_score(truth, score),
        recall_score(truth, flagged),
        recall_score(truth, flagged, pos_label=0),
        precision_score(truth, flagged),
        f1_score(truth, flagged),
    ]
    print(f'    {{"{name}", {len(score)},')
    print("     {" + ", ".join(f"{s:.17g}" for s in score) + "},")
    print("     {" + ", ".join(str(int(t)) for t in truth) + "},")
    print("     " + ", ".join(f"{v:.17g}" for v in values) + "},")
