#!/usr/bin/python3
"""Writes classes_reference.h: rows of three classes, one of a single row and some of none; what scikit-learn's
covariances, PCA and neighbours make of them by the rule of the detector.

Usage: make_classes.py > classes_reference.h      (Debian: python3-sklearn)
"""
import numpy as np
from sklearn.covariance import EmpiricalCovariance, LedoitWolf
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from reference_rows import show

D, SIZES, LEAST, K = 4, (40, 30, 15, 1), 10, 3
rng = np.random.default_rng(11)
X = np.vstack([rng.normal(size=(n, D)) @ rng.normal(size=(D, D)) + 4 * rng.normal(size=D) for n in SIZES] +
              [rng.normal(size=(6, D)) * 9])
label = np.concatenate([np.full(n, c) for c, n in enumerate(SIZES)] + [np.full(6, -1)])
order = rng.permutation(len(X))
X, label = np.round(X[order], 3).astype(np.float32), label[order]
x, known = X.astype(float), label >= 0


def covariance(kind, centred):
    m = kind(assume_centered=True).fit(centred)
    return m.covariance_ + 1e-6 * np.diag(np.diag(m.covariance_))  # as the program does, to invert it always


def gaussians(rows, kind, own):
    """(mean, inverse covariance) of each class of the rows (bool); None where there is none."""
    mean = [x[rows & (label == c)].mean(0) if (rows & (label == c)).any() else None for c in range(len(SIZES))]
    shared = covariance(kind, np.vstack([x[i] - mean[label[i]] for i in np.flatnonzero(rows)]))
    out = []
    for c, m in enumerate(mean):
        mine = x[rows & (label == c)]
        out.append(None if m is None else
                   (m, np.linalg.inv(covariance(kind, mine - m) if own and len(mine) >= LEAST else shared)))
    return out


def distance(row, g):
    return np.sqrt((row - g[0]) @ g[1] @ (row - g[0]))


def thresholds(kind, own, folds):
    fold = np.array([np.sum((label[:i] == label[i])) % folds if folds else -1 for i in range(len(x))])
    found = np.full(len(x), np.nan)
    for f in range(folds) if folds else [-2]:
        inside = known & (fold == f) if folds else known
        g = gaussians(known & ~inside if folds else known, kind, own)
        for i in np.flatnonzero(inside):
            if g[label[i]] is not None:
                found[i] = distance(x[i], g[label[i]])
    common = np.nanpercentile(found, 97.5)
    each = [found[(label == c) & ~np.isnan(found)] for c in range(len(SIZES))]
    return np.array([np.percentile(e, 97.5) if len(e) >= LEAST else common for e in each])


print("/* Made by make_classes.py. */\n/* clang-format off */")
print(f"enum {{ CLASSES_ROWS = {len(x)}, CLASSES_FEATURES = {D}, CLASSES_COUNT = {len(SIZES)}, "
      f"CLASSES_LEAST = {LEAST}, CLASSES_NEIGHBOURS = {K} }};")
show("classes_x", X)
show("classes_label", label)
for name, kind, own, folds in (("shared", LedoitWolf, False, 0), ("plain", EmpiricalCovariance, False, 0),
                               ("own", LedoitWolf, True, 0), ("folds", LedoitWolf, False, 5),
                               ("own_folds", LedoitWolf, True, 5)):
    g, t = gaussians(known, kind, own), thresholds(kind, own, folds)
    d = np.array([[distance(row, c) for c in g] for row in x])
    near = d.argmin(1)
    origin = x[known].mean(0)
    within = covariance(kind, np.vstack([x[i] - g[label[i]][0] for i in np.flatnonzero(known)]))
    apart = np.array([g[label[i]][0] - origin for i in np.flatnonzero(known)])
    everything = origin, np.linalg.inv(within + apart.T @ apart / len(apart))
    show(f"classes_{name}_threshold", t)
    show(f"classes_{name}_outside", d.min(1) / t[near])
    show(f"classes_{name}_outside_all", (d / t).min(1))
    show(f"classes_{name}_distance", d.min(1))
    show(f"classes_{name}_relative", d.min(1)**2 - np.array([distance(row, everything)**2 for row in x]))
    show(f"classes_{name}_class", near)
pca = PCA(n_components=D // 2).fit(x[known])
show("classes_subspace", np.linalg.norm(x - pca.inverse_transform(pca.transform(x)), axis=1))
reference = np.flatnonzero(known)
far, at = NearestNeighbors(n_neighbors=K + 1, algorithm="brute").fit(normalize(x)[reference]).kneighbors(normalize(x))
show("classes_neighbour", [far[i][reference[at[i]] != i][K - 1] for i in range(len(x))])
