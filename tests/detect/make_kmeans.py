#!/usr/bin/python3
"""Writes kmeans_reference.h: what scikit-learn's Lloyd makes of the reference rows, and spherical
k-means by its definition in NumPy.

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


# spherical: Dhillon and Modha 2001, from the same rows
u = x / np.linalg.norm(x, axis=1, keepdims=True)


def spherical(steps):
    centre = u[[0, 9, 30, 55]]
    for _ in range(steps):
        label = (u @ centre.T).argmax(1)
        total = np.array([u[label == c].sum(0) for c in range(4)])
        centre = total / np.linalg.norm(total, axis=1, keepdims=True)
    return centre, (u @ centre.T).argmax(1), (u @ centre.T).max(1)


for name, steps in (("unit_steps", 3), ("unit_end", 300)):
    centre, label, cosine = spherical(steps)
    show(f"kmeans_{name}_centre", centre)
    show(f"kmeans_{name}_inertia", [2 * (1 - cosine).sum()])
    show(f"kmeans_{name}_rows", np.bincount(label, minlength=4).astype(float))
show("kmeans_unit_end_cluster", label.astype(int))
show("kmeans_unit_end_normality", cosine)

# normality by the centroids of the plain k-means, and simplified silhouettes of the best of many starts
c = m.cluster_centers_.astype(float)
show("kmeans_end_normality", (u @ (c / np.linalg.norm(c, axis=1, keepdims=True)).T).max(1))
print("enum { KMEANS_CHOICES = 5 }; /* 2 ... 6 clusters */")


def silhouette(k):
    d = np.sort(KMeans(k, n_init=300, tol=0, random_state=0).fit(x).transform(x), 1)
    return (1 - d[:, 0] / d[:, 1]).mean()


show("kmeans_silhouette", [silhouette(k) for k in range(2, 7)])
