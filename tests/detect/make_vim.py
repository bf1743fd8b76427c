#!/usr/bin/python3
"""Writes vim_reference.h: ViM as its authors compute it (github.com/haoqiwang/vim, benchmark.py) on small rows, in
numpy; the subspace about the origin that the classifier gives, and about the mean.

Usage: make_vim.py > vim_reference.h      (Debian: python3-sklearn, python3-scipy)
"""
import numpy as np
from scipy.special import logsumexp
from sklearn.covariance import EmpiricalCovariance

from reference_rows import show

N, D = 50, 6
rng = np.random.default_rng(5)
X = (rng.normal(size=(N, D)) @ rng.normal(size=(D, D)) + 2).astype(np.float32)
x = X.astype(float)
print("/* Made by make_vim.py. */\n/* clang-format off */")
print(f"enum {{ VIM_ROWS = {N}, VIM_FEATURES = {D} }};")
show("vim_x", X)
for name, k in (("few", 3), ("many", 9)):  # fewer classes than features, and more
    W, b = rng.normal(size=(k, D)).astype(np.float32), rng.normal(size=k).astype(np.float32)
    w = W.astype(float)
    logits = (x @ w.T + b).astype(np.float32)
    show(f"vim_{name}_weight", W)
    show(f"vim_{name}_bias", b)
    show(f"vim_{name}_logits", logits)
    logits = logits.astype(float)
    given = -np.linalg.pinv(w) @ b.astype(float)
    show(f"vim_{name}_origin", given)
    for about, u in (("origin", given), ("mean", x.mean(0))):
        for dim in (3, 2):
            value, vector = np.linalg.eig(EmpiricalCovariance(assume_centered=True).fit(x - u).covariance_)
            outside = vector.T[np.argsort(-value)[dim:]].T
            residual = np.linalg.norm((x - u) @ outside, axis=-1)
            alpha = logits.max(axis=-1).mean() / residual.mean()
            show(f"vim_{name}_{about}_{dim}", residual * alpha - logsumexp(logits, axis=-1))
