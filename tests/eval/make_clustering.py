#!/usr/bin/python3
"""Writes clustering_reference.h: labels, clusters and what scikit-learn and SciPy say about them.

Usage: make_clustering.py > clustering_reference.h      (Debian: python3-sklearn)
"""
import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

rng = np.random.default_rng(11)


def noisy(n, labels, clusters, share):
    """Labels, and clusters that follow them for a share of the rows."""
    label = rng.integers(0, labels, n)
    return label, np.where(rng.random(n) < share, (3 * label + 1) % clusters, rng.integers(0, clusters, n))


CASES = {
    "as many": noisy(60, 5, 5, 0.7),
    "more clusters": noisy(60, 3, 8, 0.8),
    "fewer clusters": noisy(60, 7, 3, 0.8),
    "by chance": noisy(60, 4, 4, 0),
    "the same by other names": (np.arange(60) % 6, 5 - np.arange(60) % 6),
    "one cluster": (np.arange(60) % 3, np.zeros(60, int)),
    "one label": (np.zeros(60, int), np.arange(60) % 3),
    "one of each": (np.zeros(60, int), np.zeros(60, int)),
    "a cluster each": (np.arange(60) % 4, np.arange(60)),
    "a label each": (np.arange(60), np.arange(60) % 4),
}

print("/* Made by make_clustering.py. */\n/* clang-format off */")
print("enum { ROWS = 60 };")
print("static const struct {\n    const char *name;\n    int label[ROWS], cluster[ROWS];")
print("    double accuracy, nmi, ari;\n} cases[] = {")
for name, (label, cluster) in CASES.items():
    table = contingency_matrix(label, cluster)
    accuracy = table[linear_sum_assignment(table, maximize=True)].sum() / len(label)
    values = [accuracy, normalized_mutual_info_score(label, cluster), adjusted_rand_score(label, cluster)]
    print(f'    {{"{name}",')
    for numbers in (label, cluster):
        print("     {" + ", ".join(map(str, numbers)) + "},")
    print("     " + ", ".join("%.17g" % v for v in values) + "},")
print("};")

print("/* Values of pairs, and the most that an assignment is worth. */")
print("enum { MOST_PAIRS = 400 };")
print("static const struct {\n    int rows, columns;\n    double value[MOST_PAIRS], best;\n} tables[] = {")
for rows, columns in ((20, 20), (9, 31), (31, 9), (1, 6), (6, 1)):
    value = rng.normal(size=(rows, columns)).round(4)
    best = value[linear_sum_assignment(value, maximize=True)].sum()
    print(f"    {{{rows}, {columns},\n     {{" + ", ".join("%.17g" % v for v in value.ravel()) + f"}},\n     {best:.17g}}},")
print("};")
