#!/usr/bin/python3
"""Is what `train` leaves whole, and does it agree with what its networks say, run by ONNX's reference evaluator?

    trained.py RUN IMAGES FOLDS EPOCHS [ACCURACY]"""
import sys

import h5py
import numpy as np
import onnx
from onnx import shape_inference

run, images, folds, epochs = sys.argv[1], *map(int, sys.argv[2:5])
with h5py.File(f"{run}/train.h5") as f, h5py.File(f"{run}/ingest.h5") as ingest:
    status = ingest["status"][:]
    fold, odds, probability, share = (f[name][()] for name in ("fold", "log_odds", "probability", "share"))
    shown, kind, altered = (f["shown/" + name][:] for name in ("log_odds", "kind", "altered"))
    accuracy, visible, attainable, auc = (f[name][()] for name in ("accuracy", "accuracy_visible", "attainable", "auc"))
    curves = {name: f["curves/" + name][:] for name in f["curves"]}
    kinds, kind_auc = f["kinds/name"][:], f["kinds/auc"][:]

assert len(status) == len(fold) == images
readable = status == 0
counts = np.bincount(fold[readable], minlength=folds)
assert len(counts) == folds and counts.max() - counts.min() <= 1, counts
assert np.isfinite(odds[readable]).all() and np.isfinite(shown[readable]).all()

assert np.isclose(probability[readable].mean(), share, atol=1e-6) and np.isnan(probability[~readable]).all()
assert np.allclose(probability[readable], 1 / (1 + np.exp(-odds[readable] - np.log(share / (1 - share)))))

damaged = kind[readable] >= 0
assert 0.35 < damaged.mean() < 0.65, damaged.mean()
assert (altered[readable] <= damaged).all()
right = (shown[readable] > 0) == damaged
assert np.isclose(accuracy, right.mean())
hidden = damaged & (altered[readable] == 0)
assert np.isclose(attainable, 1 - hidden.mean()) and np.isclose(visible, right[~hidden].mean())
assert (odds[readable][~damaged] == shown[readable][~damaged]).all()  # such images are shown as they are


def area(score, truth):
    above = (score[truth][:, None] > score[~truth]).mean()
    return above + 0.5 * (score[truth][:, None] == score[~truth]).mean()


assert np.isclose(auc, area(shown[readable], damaged))
assert len(kinds) == len(kind_auc)

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
