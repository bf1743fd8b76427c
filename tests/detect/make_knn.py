#!/usr/bin/python3
"""Writes knn_reference.h: what scikit-learn's NearestNeighbors finds among the 60 rows.

Usage: make_knn.py > knn_reference.h      (Debian: python3-sklearn)
"""
import numpy as np
from sklearn.neighbors import NearestNeighbors

from reference_rows import N, show, x

K = 4


def distances(reference):
    """(N, K) distances to the nearest reference rows, a row itself left out."""
    found = NearestNeighbors(n_neighbors=K + 1, algorithm="brute").fit(x[reference])
    distance, at = found.kneighbors(x)
    out = np.empty((N, K))
    for i in range(N):
        out[i] = distance[i][reference[at[i]] != i][:K]
    return out


print("/* Made by make_knn.py. */\n/* clang-format off */")
print(f"enum {{ KNN_NEIGHBOURS = {K}, KNN_THEME = 20 }};")
for name, reference in (("all", np.arange(N)), ("theme", np.arange(20))):
    d = distances(reference)
    show(f"knn_{name}_mean", d.mean(1))
    show(f"knn_{name}_kth", d[:, -1])
    show(f"knn_{name}_nearest", d[:, 0])
    show(f"knn_{name}_usual", [d[reference].mean()])
