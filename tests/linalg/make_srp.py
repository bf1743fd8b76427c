#!/usr/bin/python3
"""Write srp_reference.h: the distribution of scikit-learn's SparseRandomProjection.

Usage: /usr/bin/python3 make_srp.py > srp_reference.h   (needs python3-sklearn)
Of many seeds: the share and size of its entries, and how far projected distances are off.
"""
import numpy as np
import sklearn
from sklearn.random_projection import SparseRandomProjection

D, K, ROWS, SEEDS = 400, 100, 40, 50
# the rows of test_srp.c: see row_value()
i, j = np.meshgrid(np.arange(ROWS), np.arange(D), indexing="ij")
x = ((i * 37 + j * 101 + (i * j) % 17 * 13) % 64 / 8.0).astype(np.float32)
pairs = np.triu_indices(ROWS, 1)
true = np.linalg.norm(x[pairs[0]] - x[pairs[1]], axis=1)

share, size, means, squares = [], [], [], []
for seed in range(SEEDS):
    srp = SparseRandomProjection(K, random_state=seed).fit(x)
    y = srp.transform(x)
    share.append(srp.components_.nnz / (D * K))
    size.append(np.abs(srp.components_.data).max())
    ratio = (np.linalg.norm(y[pairs[0]] - y[pairs[1]], axis=1) / true) ** 2
    means.append(ratio.mean())
    squares.append(((ratio - 1) ** 2).mean())

print("/* Made by make_srp.py with scikit-learn %s. Do not edit. */" % sklearn.__version__)
print("static const double srp_share = %.6g, srp_size = %.9g;" % (np.mean(share), np.mean(size)))
print("/* of squared distances, projected over true: mean, and root mean square of what is off */")
print("static const double srp_ratio = %.6g, srp_off = %.6g;" % (np.mean(means), np.sqrt(np.mean(squares))))
