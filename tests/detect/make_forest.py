#!/usr/bin/python3
"""Writes forest_reference.h: ROC AUC of scikit-learn's IsolationForest on 1,000 rows, over 20 seeds, and its mean scores.

Usage: make_forest.py > forest_reference.h      (any scikit-learn; made with 1.9.1)

The rows are made of a hash of their number, here and in test_forest.c alike.
"""
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

N, D, SEEDS = 1000, 6, 20
M64 = (1 << 64) - 1


def uniform(number):
    """SplitMix64 of a number, in [0, 1)."""
    z = (number + 1) * 0x9E3779B97F4A7C15 & M64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & M64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & M64
    return ((z ^ z >> 31) >> 11) * 2.0 ** -53


def value(row, j):
    own = sum(uniform((row * D + j) * 4 + i) for i in range(4)) - 2
    return 2.2 * own + 0.5 if row % 20 == 7 else own * (1 + 0.2 * j)


x = np.array([[value(i, j) for j in range(D)] for i in range(N)], np.float32)
odd = np.arange(N) % 20 == 7
scores = [-IsolationForest(n_estimators=100, max_samples=256, random_state=s).fit(x).score_samples(x) for s in range(SEEDS)]
auc = [roc_auc_score(odd, s) for s in scores]
print("/* Made by make_forest.py. */")
print(f"enum {{ FOREST_ROWS = {N}, FOREST_FEATURES = {D}, FOREST_SEEDS = {SEEDS} }};")
print(f"static const double forest_auc_mean = {np.mean(auc):.6f}, forest_auc_sd = {np.std(auc, ddof=1):.6f};")
print(f"static const double forest_usual_score = {np.mean(np.array(scores)[:, ~odd]):.6f};")
print(f"static const double forest_odd_score = {np.mean(np.array(scores)[:, odd]):.6f};")
