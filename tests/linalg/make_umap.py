#!/usr/bin/python3
"""Write umap_reference.h: curves of UMAP by scipy's curve_fit, the method of its authors' program (section 3 of
https://umap-learn.readthedocs.io, `find_ab_params`), and scales of nearness by scipy's brentq.

    make_umap.py >umap_reference.h"""
import numpy as np
from scipy.optimize import brentq, curve_fit

APART = [0, 0.1, 0.5, 0.99]
ROWS = [[1, 1.5, 2, 4, 7], [0.25, 0.26, 0.3, 9, 9.5], [3, 3, 3.5, 3.75, 20]]


def curve(apart):
    x = np.linspace(0, 3, 300)
    y = np.where(x < apart, 1, np.exp(apart - x))
    (a, b), _ = curve_fit(lambda x, a, b: 1 / (1 + a * x**(2 * b)), x, y)
    return a, b


def nearness(row):
    d = np.array(row) - row[0]
    scale = brentq(lambda s: np.exp(-d / s).sum() - np.log2(len(row)), 1e-3, 1e3, xtol=1e-12)
    return np.exp(-d / scale)


def table(rows):
    return ",\n    ".join("{" + ", ".join(f"{v:.10g}" for v in row) + "}" for row in rows)


print("/* Made by make_umap.py. */")
print(f"static const double umap_curves[][3] = {{ /* apart, a, b */\n    "
      f"{table([(apart, *curve(apart)) for apart in APART])}}};")
print(f"static const double umap_distances[][5] = {{\n    {table(ROWS)}}};")
print(f"static const double umap_nearness[][5] = {{\n    {table(map(nearness, ROWS))}}};")
