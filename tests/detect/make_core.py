#!/usr/bin/python3
"""Writes core_reference.h: the detector `core` in numpy on the 60 rows, all at once and without bins
where it has none, from the description in core_internal.h.

Usage: make_core.py > core_reference.h      (Debian: python3-sklearn, python3-scipy)
"""
import numpy as np
from scipy.optimize import brentq
from sklearn.neighbors import NearestNeighbors

from reference_rows import D, N, show, x

CORE, GROWTH, BELIEF, STRENGTH, AXES, WIDTH = 0.6, 0.02, 0.05, 0.1, D - 1, 1 / 64


def gaussian(rows):
    """log squared distances of all rows from the Gaussian of some"""
    mean = rows.mean(0)
    covariance = np.cov(rows.T, bias=True)
    covariance += np.diag(1e-6 * np.diag(covariance) + 1e-12 * (mean @ mean) / D)
    value, vector = np.linalg.eigh(covariance)
    value, vector = value[::-1].copy(), vector[:, ::-1]
    value[AXES:] = value[AXES:].mean()
    return np.log((((x - mean) @ vector) ** 2 / value).sum(1))


def bins(u):
    return np.floor(u / WIDTH)


def quantile(u, share):
    """the lowest bin up to which there is that share of the rows"""
    return np.sort(bins(u))[int(np.ceil(share * N)) - 1]


def centre(b):
    return (b + 0.5) * WIDTH


def split(u, belief, strength):
    """share of odd rows, and the two means and the width, by EM"""
    theme, share, v = centre(quantile(u, 0.5)), 0.1, centre(bins(u))
    width = max(theme - centre(quantile(u, 0.16)), WIDTH)
    odd = max(centre(quantile(u, 0.97)), theme + width)
    for _ in range(200):
        a = (1 - share) * np.exp(-0.5 * ((v - theme) / width) ** 2)
        b = share * np.exp(-0.5 * ((v - odd) / width) ** 2)
        r = b / (a + b)
        theme = (1 - r) @ v / (1 - r).sum()
        width = max(np.sqrt((1 - r) @ (v - theme) ** 2 / (1 - r).sum()), WIDTH)
        odd = r @ v / r.sum()
        before, share = share, (r.sum() + strength * N * belief) / (N + strength * N)
        if abs(share - before) < 1e-9:
            break
    return r.sum() / N, theme, odd, width


def kept(u, share):
    return x[bins(u) <= quantile(u, share)]


neighbour = NearestNeighbors(n_neighbors=N // 10 + 1).fit(x).kneighbors(x)[0][:, -1]
core = np.log(neighbour)
for _ in range(4):
    core = gaussian(kept(core, CORE))
theme, grown = core, CORE
share = split(theme, BELIEF, STRENGTH)[0]
step = 0
while 1 - grown > share and CORE + (step + 1) * GROWTH < 1:
    step += 1
    grown = CORE + step * GROWTH
    theme = gaussian(kept(theme, grown))
    share = split(theme, BELIEF, STRENGTH)[0]
score = 0.5 * (core + theme)
_, low, high, width = split(score, share, 1e9)
slope = (high - low) / width**2


def believed(offset):
    """mean probability of all rows, which grows with the offset"""
    return np.mean(1 / (1 + np.exp(-(offset + slope * centre(bins(score))))))


offset = np.log(share / (1 - share)) - slope * 0.5 * (low + high)
if abs(believed(offset) - share) > 0.01 * share:
    offset = brentq(lambda o: believed(o) - share, -1000, 1000)

print("/* Made by make_core.py. */\n/* clang-format off */")
show("core_share", [share, grown])
show("core_from_core", np.exp(0.5 * core))
show("core_from_theme", np.exp(0.5 * theme))
show("core_log_odds", offset + slope * score)
