#!/usr/bin/python3
"""Is what `train` leaves whole, and does it agree with what its networks say, run by ONNX's reference evaluator?

    trained.py RUN IMAGES FOLDS EPOCHS [ACCURACY]"""
import sys

import h5py
import numpy as np
import onnx
from onnx import shape_inference
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

run, images, folds, epochs = sys.argv[1], *map(int, sys.argv[2:5])
with h5py.File(f"{run}/train.h5") as f, h5py.File(f"{run}/ingest.h5") as ingest:
    status = ingest["status"][:]
    fold, odds, calibrated = (f[name][:] for name in ("fold", "log_odds", "calibrated"))
    probability, share = (f[name][()] for name in ("probability", "share"))
    slope, offset, part = (f["calibration/" + name][:] for name in ("slope", "offset", "part"))
    reliability = {group: {name: f[f"reliability/{group}/{name}"][()] for name in f["reliability/raw"]}
                   for group in f["reliability"]}
    shown, kind, altered = (f["shown/" + name][:] for name in ("log_odds", "kind", "altered"))
    accuracy, visible, attainable, auc = (f[name][()] for name in ("accuracy", "accuracy_visible", "attainable", "auc"))
    accuracy_altered, auc_calibrated = f["accuracy_altered"][()], f["auc_calibrated"][()]
    curves = {name: f["curves/" + name][:] for name in f["curves"]}
    kinds, kind_auc = f["kinds/name"][:], f["kinds/auc"][:]

assert len(status) == len(fold) == images
readable = status == 0
counts = np.bincount(fold[readable], minlength=folds)
assert len(counts) == folds and counts.max() - counts.min() <= 1, counts
assert np.isfinite(odds[readable]).all() and np.isfinite(shown[readable]).all()

assert np.isclose(probability[readable].mean(), share, atol=1e-6) and np.isnan(probability[~readable]).all()
assert np.allclose(probability[readable], 1 / (1 + np.exp(-calibrated[readable] - np.log(share / (1 - share)))))

damaged = kind[readable] >= 0
assert 0.35 < damaged.mean() < 0.65, damaged.mean()
assert (altered[readable] <= damaged).all()
right = (shown[readable] > 0) == damaged
assert np.isclose(accuracy, right.mean())
hidden = damaged & (altered[readable] == 0)
assert np.isclose(attainable, 1 - hidden.mean())
assert np.isclose(visible, right[~hidden].mean())
assert np.isclose(accuracy_altered, right[altered[readable] > 0].mean())
assert attainable >= accuracy or not hidden.any()
assert (odds[readable][~damaged] == shown[readable][~damaged]).all()  # such images are shown as they are


def area(score, truth):
    above = (score[truth][:, None] > score[~truth]).mean()
    return above + 0.5 * (score[truth][:, None] == score[~truth]).mean()


assert np.isclose(auc, area(shown[readable], damaged))
assert len(kinds) == len(kind_auc)

# each image is calibrated by the map of its part, and none lowers what is odder
assert slope.shape == offset.shape == (folds, 5) and (slope >= 0).all() and np.isnan(calibrated[~readable]).all()
assert (part[~readable] == -1).all() and (np.bincount(part[readable], minlength=5) > 0.1 * readable.sum()).all()
assert np.allclose(calibrated[readable], (slope[fold, part] * odds + offset[fold, part])[readable], atol=1e-9)
evidence = (slope[fold, part] * shown + offset[fold, part])[readable]
assert np.isclose(auc_calibrated, area(evidence, damaged))


def platt(x, y):
    """Logistic regression of Platt's targets, by scikit-learn: slope, offset without the prior"""
    target = np.where(y, (y.sum() + 1) / (y.sum() + 2), 1 / ((~y).sum() + 2))
    weight = np.concatenate([target, 1 - target])
    model = LogisticRegression(penalty=None, tol=1e-12, max_iter=10000, solver="newton-cholesky")
    model.fit(np.tile(x, 2)[:, None], np.repeat([1, 0], len(x)), weight)
    prior = np.log(target.sum() / (1 - target).sum())
    return model.coef_[0, 0], model.intercept_[0] - prior, prior


# no image calibrates itself: a map is what scikit-learn makes of the other parts of the fold
said = np.empty(readable.sum())
for k in range(folds):
    for p in range(5):
        inside, mine = fold[readable] == k, part[readable] == p
        a, b, prior = platt(shown[readable][inside & ~mine], damaged[inside & ~mine])
        if a > 0:
            assert np.isclose(slope[k, p], a, rtol=1e-4) and np.isclose(offset[k, p], b, atol=1e-4), (k, p)
        else:
            assert slope[k, p] == 0 and abs(offset[k, p]) < 1e-9
        said[inside & mine] = 1 / (1 + np.exp(-evidence[inside & mine] - prior))


def is_reliability(table, p):
    happened, expected = calibration_curve(damaged, p, n_bins=10)
    there = table["count"] > 0
    assert table["count"].sum() == len(p) and np.allclose(table["expected"][there], expected)
    assert np.allclose(table["happened"][there], happened) and np.isclose(table["brier"], brier_score_loss(damaged, p))
    assert np.isclose(table["error"], (np.abs(happened - expected) * table["count"][there]).sum() / len(p))


is_reliability(reliability["raw"], 1 / (1 + np.exp(-shown[readable])))
is_reliability(reliability["calibrated"], said)

best = curves.pop("best")
for name, curve in curves.items():
    assert curve.shape == (folds, epochs), name
    for k in range(folds):
        ended = np.isnan(curve[k])
        if name == "loss_choice" and ended.all():
            assert best[k] == epochs  # no patience: the last one is kept
            continue
        last = epochs - ended.sum()
        assert not ended[:last].any() and 1 <= best[k] <= last, name
        if name == "loss_choice":
            assert best[k] == 1 + np.nanargmin(curve[k])
last = np.array([curves["accuracy_held_out"][k][best[k] - 1] for k in range(folds)])
assert np.isclose((last * counts).sum() / counts.sum(), accuracy)

for k in range(folds):
    model = onnx.load(f"{run}/networks/fold-{k + 1}.onnx")
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, strict_mode=True)
if len(sys.argv) > 5:
    assert accuracy >= float(sys.argv[5]), accuracy
