#!/usr/bin/python3
"""Writes mahalanobis_reference.h: scikit-learn's Ledoit-Wolf and the empirical covariance.

Usage: make_mahalanobis.py > mahalanobis_reference.h      (Debian: python3-sklearn, python3-scipy)
"""
import numpy as np
from scipy.stats import multivariate_normal
from sklearn.covariance import EmpiricalCovariance, LedoitWolf

from reference_rows import N, show, x

THEME = np.arange(N) < 50
print("/* Made by make_mahalanobis.py. Theme rows: the first 50. */")
print("/* clang-format off */")
for name, m, rows in (("all", LedoitWolf(), x), ("theme", LedoitWolf(), x[THEME]),
                      ("plain", EmpiricalCovariance(), x)):
    m.fit(rows)
    c = m.covariance_ + 1e-6 * np.diag(np.diag(m.covariance_)) # as the program does, to invert it always
    d = x - m.location_
    show(f"mahalanobis_{name}_covariance", c)
    show(f"mahalanobis_{name}_shrinkage", [float(getattr(m, "shrinkage_", 0))])
    show(f"mahalanobis_{name}_distance", np.sqrt((d @ np.linalg.inv(c) * d).sum(1)))
    show(f"mahalanobis_{name}_log_density", multivariate_normal.logpdf(x, m.location_, c))
