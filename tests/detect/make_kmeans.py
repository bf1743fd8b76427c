#!/usr/bin/python3
"""Writes kmeans_reference.h: what scikit-learn's Lloyd makes of the reference rows.

Usage: make_kmeans.py > kmeans_reference.h      (Debian: python3-sklearn)
"""
import warnings

import numpy as np
from sklearn.cluster import KMeans

from reference_rows import X, show, x

warnings.filterwarnings("ignore")
START = x[[0, 9, 30, 55]]
print("/* Made by make_kmeans.py. */\n/* clang-format off */")
print("enum { KMEANS_CLUSTERS = 4, KMEANS_STEPS = 3 };")
show("kmeans_start", START)
for name, steps in (("steps", 3), ("end", 300)):
    m = KMeans(4, init=START, n_init=1, max_iter=steps, tol=0, algorithm="lloyd").fit(X)
    show(f"kmeans_{name}_centre", m.cluster_centers_.astype(float))
    show(f"kmeans_{name}_inertia", [float(m.inertia_)])
    show(f"kmeans_{name}_rows", np.bincount(m.labels_, minlength=4).astype(float))
show("kmeans_end_cluster", m.labels_.astype(int))
show("kmeans_end_distance", m.transform(X).min(1).astype(float))
