#!/usr/bin/python3
"""Writes lowrank_reference.h: a covariance and the factor analysis that scikit-learn makes of it.

Usage: make_lowrank.py > lowrank_reference.h      (Debian: python3-sklearn)
"""
import numpy as np
from sklearn.decomposition import FactorAnalysis

from reference_rows import show

D, R, N = 8, 2, 400
rng = np.random.default_rng(11)
x = rng.normal(size=(N, R)) @ rng.normal(size=(R, D)) * 1.5 + rng.normal(size=(N, D)) * np.linspace(.5, 2, D)
x -= x.mean(0)
fit = FactorAnalysis(R, tol=1e-14, max_iter=1000000, svd_method="lapack").fit(x)

print("/* Made by make_lowrank.py. */\n/* clang-format off */")
print(f"enum {{ LOWRANK_FEATURES = {D}, LOWRANK_RANK = {R} }};")
show("lowrank_covariance", x.T @ x / N)
show("lowrank_noise", fit.noise_variance_)
show("lowrank_fitted", fit.get_covariance())
