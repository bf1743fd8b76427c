#!/usr/bin/python3
"""Writes mixture_reference.h: what scikit-learn's EM and variational Bayes and a plain numpy MAP-EM make
of 60 rows.

Usage: make_mixture.py > mixture_reference.h      (Debian: python3-sklearn, python3-scipy)
The MAP-EM here is written from the formulas with scipy's densities and explicit loops, and shares
nothing with the program.
"""
import warnings

import numpy as np
from scipy.special import gammaln
from scipy.stats import multivariate_normal, multivariate_t
from sklearn.covariance import LedoitWolf
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from reference_rows import D, N, X, show, x

STEPS = 5
VERIFIED = np.zeros(N, int)                        # 0 unknown, 1 theme, 2 odd
VERIFIED[[3, 4, 11]] = 1
VERIFIED[[52, 57]] = 2


def restrict(a, form):
    if form == "diagonal": return np.diag(np.diag(a))
    if form == "spherical": return np.eye(D) * np.trace(a) / D
    return a


def groups_of(themes, tied):
    return ([list(range(themes))] if tied else [[k] for k in range(themes)]) + [[themes]]


DEGREES = 3.


def ellipsoid(cov):
    """Log volume of the ellipsoid whose uniform distribution has this covariance."""
    return D / 2 * np.log(np.pi) - gammaln(D / 2 + 1) + np.log(np.linalg.det((D + 2) * cov)) / 2


def log_density(row, mean, cov, behind):
    if behind == "student": return multivariate_t.logpdf(row, mean, cov, df=DEGREES)
    if behind == "uniform": return -ellipsoid(cov)
    return multivariate_normal.logpdf(row, mean, cov)


def joint(w, mean, cov, group, clamp, behind):
    L = np.empty((N, len(w)))
    for i in range(N):
        for k in range(len(w)):
            anomaly = k == len(w) - 1
            allowed = not clamp or VERIFIED[i] == 0 or (VERIFIED[i] == 2) == anomaly
            L[i, k] = np.log(w[k]) + log_density(x[i], mean[k], cov[group[k]], anomaly and behind) \
                if allowed else -np.inf
    return L


def map_em(w, mean, cov, themes, form, tied, p, clamp, steps, behind="gaussian"):
    """p: alpha, kappa, m0 (C, D), nu (G), Psi (G, D, D). The inverse-Wishart density has the power
    -(nu + D + 1) / 2 of |V|, each normal on a mean one of -1/2."""
    groups = groups_of(themes, tied)
    group = {k: g for g, ks in enumerate(groups) for k in ks}
    w, mean, cov, objective = np.array(w), np.array(mean), [np.array(c) for c in cov], []
    for step in range(steps + 1):
        L = joint(w, mean, cov, group, clamp, behind)
        lse = np.logaddexp.reduce(L, axis=1)
        value = lse.sum() + ((p["alpha"] - 1) * np.log(w)).sum()
        for g, ks in enumerate(groups):
            if behind == "uniform" and ks == [themes]: continue
            inv = np.linalg.inv(cov[g])
            value -= (p["nu"][g] + D + 1 + len(ks)) / 2 * np.log(np.linalg.det(cov[g]))
            value -= np.trace(p["Psi"][g] @ inv) / 2
            for k in ks:
                value -= p["kappa"] / 2 * (mean[k] - p["m0"][k]) @ inv @ (mean[k] - p["m0"][k])
        objective.append(value)
        if step == steps: break
        r = np.exp(L - lse[:, None])
        w = (r.sum(0) + p["alpha"] - 1) / (N + (p["alpha"] - 1).sum())
        u = r.copy()                               # what rows weigh in means and scatters
        if behind == "student":
            inv = np.linalg.inv(cov[group[themes]])
            for i in range(N): u[i, themes] *= (DEGREES + D) / (DEGREES + (x[i] - mean[themes]) @ inv @ (x[i] - mean[themes]))
        learnt = range(themes if behind == "uniform" else themes + 1)
        for k in learnt:
            mean[k] = (p["kappa"] * p["m0"][k] + u[:, k] @ x) / (p["kappa"] + u[:, k].sum())
        for g, ks in enumerate(groups):
            if behind == "uniform" and ks == [themes]: continue
            a, rows = p["Psi"][g].copy(), p["nu"][g] + D + 1 + len(ks)
            for k in ks:
                for i in range(N): a += u[i, k] * np.outer(x[i] - mean[k], x[i] - mean[k])
                a += p["kappa"] * np.outer(mean[k] - p["m0"][k], mean[k] - p["m0"][k])
                rows += r[:, k].sum()
            cov[g] = restrict(a, form) / rows
    return w, mean, cov, np.array(objective), L


def dense(cov, form):
    return [c if form == "full" else np.diag(c) if form == "diagonal" else c[0, 0] for c in cov]


S = (x - x.mean(0)).T @ (x - x.mean(0)) / N
START_W = {1: [.8, .2], 2: [.5, .3, .2]}
START_MEAN = {1: [[1, -2, 0], [0, 1, 1]], 2: [[1, -2, 0], [0, -1, 1], [0, 1, 1]]}

print("/* Made by make_mixture.py. */\n/* clang-format off */")
print(f"enum {{ REFERENCE_ROWS = {N}, REFERENCE_FEATURES = {D}, REFERENCE_STEPS = {STEPS} }};")
show("reference_x", X)
show("reference_verified", VERIFIED)
show("reference_start_mean", np.array(START_MEAN[2], float))

warnings.filterwarnings("ignore")
for form, name in (("full", "full"), ("diagonal", "diag"), ("spherical", "spherical")):
    prec = {"full": [np.eye(D) / 2] * 2, "diagonal": np.full((2, D), .5), "spherical": [.5, .5]}
    g = GaussianMixture(2, covariance_type=name, reg_covar=0, tol=0, max_iter=STEPS, init_params="random",
                        random_state=0, weights_init=START_W[1], means_init=START_MEAN[1],
                        precisions_init=prec[form]).fit(x)
    for what, v in (("weight", g.weights_), ("mean", g.means_), ("covariance", g.covariances_),
                    ("log_likelihood", [g.score_samples(x).sum()])):
        show(f"likelihood_{form}_{what}", v)

KAPPA, SCALE = 1.5, 4.0
show("map_kappa", [KAPPA]); show("map_scale", [SCALE])
for case, themes, form, tied, clamp in (("full", 1, "full", False, False), ("clamped", 1, "full", False, True),
                                        ("two", 2, "full", False, True), ("tied", 2, "full", True, True),
                                        ("diagonal", 2, "diagonal", False, True),
                                        ("spherical", 2, "spherical", False, False)):
    groups = groups_of(themes, tied)
    nu = np.array([6.] * (len(groups) - 1) + [20.])
    s = restrict(S, form)
    p = dict(alpha=1 + np.array([12.] * themes + [3.]), kappa=KAPPA, nu=nu,
             m0=np.array([[1, -1.5, .5]] * themes + [list(x.mean(0))]),
             Psi=[(nu[g] + D + 1 + len(ks)) * (SCALE if g == len(groups) - 1 else 1) * s
                  for g, ks in enumerate(groups)])
    cov = [np.eye(D)] * (len(groups) - 1) + [np.eye(D) * 9]
    w, mean, c, objective, _ = map_em(START_W[themes], np.array(START_MEAN[themes], float), cov, themes, form,
                                      tied, p, clamp, STEPS)
    for what, v in (("weight", w), ("mean", mean), ("covariance", dense(c, form)), ("objective", objective)):
        show(f"map_{case}_{what}", v)
    show(f"map_{case}_rows", nu + D + 1 + np.array([len(ks) for ks in groups]))

def map_case(case, themes, start_cov, p, behind):
    w, mean, c, objective, _ = map_em(START_W[themes], np.array(START_MEAN[themes], float), start_cov, themes,
                                      "full", False, p, True, STEPS, behind)
    for what, v in (("weight", w), ("mean", mean), ("covariance", c), ("objective", objective)):
        show(f"map_{case}_{what}", v)
    show(f"map_{case}_rows", p["nu"] + D + 2)


show("map_degrees", [DEGREES])
nu = np.array([6., 6., 20.])
p = dict(alpha=1 + np.array([12., 12., 3.]), kappa=KAPPA, nu=nu, m0=np.array([[1, -1.5, .5]] * 2 + [list(x.mean(0))]),
         Psi=[(nu[g] + D + 2) * (SCALE if g == 2 else 1) * S for g in range(3)])
map_case("student", 2, [np.eye(D)] * 2 + [np.eye(D) * 9], p, "student")
far = max(((x - START_MEAN[2][2]) ** 2).sum(1)) / 9
map_case("uniform", 2, [np.eye(D)] * 2 + [np.eye(D) * 9 * far / (D + 2)], p, "uniform")

# Variational Bayes: scikit-learn's own start from responsibilities, then its steps.
bgm = BayesianGaussianMixture(n_components=3, reg_covar=0, weight_concentration_prior_type="dirichlet_distribution",
                              weight_concentration_prior=.7, mean_precision_prior=KAPPA,
                              mean_prior=[1, -1.5, .5], degrees_of_freedom_prior=6., covariance_prior=6 * S)
bgm._check_parameters(x)
r = np.random.default_rng(5).random((N, 3)) + [[2, 1, 0]]
bgm._initialize(x, r / r.sum(1, keepdims=True))


def show_bayes(name):
    show(f"{name}_weight", bgm.weight_concentration_ / bgm.weight_concentration_.sum())
    show(f"{name}_mean", bgm.means_)
    show(f"{name}_covariance", bgm.covariances_)


show_bayes("bayes_start")
for step in range(STEPS): bgm._m_step(x, bgm._e_step(x)[1])
show_bayes("bayes")
show("bayes_rows", bgm.degrees_of_freedom_prior_ * np.ones(3))

# The covariances that priors start from: of all rows, shrunk; of the verified theme rows, shrunk towards a
# multiple of that of all rows. Each feature has a millionth more variance of its own.
def secured(c): return c + 1e-6 * np.diag(np.diag(c))


show("spread_shrunk", secured(LedoitWolf().fit(x).covariance_))
theme, SS = x[VERIFIED == 1] - x[VERIFIED == 1].mean(0), secured(S)
white = theme @ np.linalg.inv(np.linalg.cholesky(SS)).T
share = LedoitWolf(assume_centered=True).fit(white).shrinkage_
show("spread_share", [share])
show("spread_theme", secured((1 - share) * theme.T @ theme / len(theme) + share * (white ** 2).mean() * SS))

# The detector with its default settings, for 12 iterations from its own start. Each feature has a
# millionth more variance of its own, so that S can always be inverted.
S = S + 1e-6 * np.diag(np.diag(S))
nu = np.array([D + .005 * N, D + N])
p = dict(alpha=1 + .1 * N * np.array([.95, .05]), kappa=1., nu=nu, m0=np.array([x.mean(0)] * 2),
         Psi=[(nu[0] + D + 2) * S, (nu[1] + D + 2) * 15 * S])
w, mean, c, objective, L = map_em([.95, .05], np.array([x.mean(0)] * 2), [S / 2, 15 * S], 1, "full", False, p,
                                  False, 12)
show("default_objective", objective)
show("default_log_odds", L[:, 1] - L[:, 0])
show("default_log_density", np.logaddexp.reduce(L, axis=1))
inv = np.linalg.inv(c[0])
show("default_mahalanobis", [np.sqrt((r - mean[0]) @ inv @ (r - mean[0])) for r in x])

# Without priors but shrunk by a quarter: each covariance keeps as many pseudo-rows of mu I as shrink that of all rows.
S = (x - x.mean(0)).T @ (x - x.mean(0)) / N
mu, rows = np.trace(S) / D, N * .25 / .75
shrunk = secured(.75 * S + .25 * mu * np.eye(D))
p = dict(alpha=np.ones(2), kappa=1e-6, nu=np.full(2, rows - D - 2), m0=np.array([x.mean(0)] * 2),
         Psi=[rows * mu * np.eye(D)] * 2)
w, mean, c, objective, L = map_em([.95, .05], np.array([x.mean(0)] * 2), [shrunk / 2, 15 * shrunk], 1, "full", False,
                                  p, False, 12)
show("spread_isotropic", shrunk)
show("ridge_objective", objective)
show("ridge_covariance", c)

# Features of other sizes, so that scikit-learn shrinks them in part only.
stretched = x * [1, 2, 4]
show("stretched_share", [LedoitWolf().fit(stretched).shrinkage_])
show("spread_stretched", secured(LedoitWolf().fit(stretched).covariance_))
