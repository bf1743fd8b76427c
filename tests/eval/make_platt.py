"""Prints the cases of test_platt.c: scores, truth, and what scikit-learn says of them: the logistic regression of
Platt's targets (an image counts as odd with the weight of its target, as theme with the rest), the probabilities'
calibration curve, its expected calibration error and Brier's score before and after.

Run with Debian's python3-sklearn (1.2.1): /usr/bin/python3 make_platt.py
"""
import numpy as np
from sklearn.calibration import _SigmoidCalibration, calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

rng = np.random.default_rng(6)


def draw(n, slope, offset, share=0.5):
    truth = rng.random(n) < share
    return (slope * (2.0 * truth - 1 + rng.normal(size=n)) + offset).round(3), truth


def error(truth, p):
    happened, expected = calibration_curve(truth, p, n_bins=10, strategy="uniform")
    count = np.histogram(p, np.linspace(0, 1, 11))[0]
    return (np.abs(happened - expected) * count[count > 0]).sum() / len(p)


cases = {
    "too sure": draw(50, 8, 0),
    "too modest": draw(50, 0.2, 0),
    "off": draw(40, 2, 3),
    "rare": draw(60, 3, -1, 0.1),
    "separated": (np.arange(12.0) - 5, np.arange(12) > 6),
}
for name, (x, truth) in cases.items():
    odd, theme = truth.sum(), (~truth).sum()
    target = np.where(truth, (odd + 1) / (odd + 2), 1 / (theme + 2))
    model = LogisticRegression(penalty=None, tol=1e-14, max_iter=100000, solver="newton-cholesky")
    model.fit(np.tile(x, 2)[:, None], np.repeat([1, 0], len(x)), np.concatenate([target, 1 - target]))
    slope, offset = model.coef_[0, 0], model.intercept_[0]
    platt = _SigmoidCalibration().fit(x, truth)
    assert np.allclose([slope, offset], [-platt.a_, -platt.b_], atol=1e-3), (slope, offset, platt.a_, platt.b_)
    raw, calibrated = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(-slope * x - offset))
    values = [slope, offset, error(truth, raw), brier_score_loss(truth, raw), error(truth, calibrated),
              brier_score_loss(truth, calibrated)]
    print(f'    {{"{name}", {len(x)},')
    print("     {" + ", ".join(f"{s:.17g}" for s in x) + "},")
    print("     {" + ", ".join(str(int(t)) for t in truth) + "},")
    print("     " + ", ".join(f"{v:.12g}" for v in values) + "},")
