#!/usr/bin/python3
"""Was nothing learnt from the images that are held out, and every image judged?

    held_out.py RUN [SHARE]     SHARE: of the theme that is held out, with all odd images"""
import sys

import h5py
import numpy as np

run = sys.argv[1]
with h5py.File(f"{run}/audit.h5") as audit:
    held_out = audit["ingest/held_out"][:] == 1
    truth = audit["ingest/truth"][:]
    x = audit["features/features"][:].astype(float)
    learnt = ~held_out[audit["features/row"][:]]
    reduced = audit["reduce/model"]
    model = audit["model/model"]
    score = audit["scores/score"][:]
    metrics = audit["evaluate/metrics"]

    assert 0 < learnt.sum() < len(learnt)
    if len(sys.argv) > 2:
        assert held_out[truth == 1].all()
        assert abs(held_out[truth == 0].mean() - float(sys.argv[2])) < 0.01
    if "mean" in reduced:
        mean = reduced["mean"][:]
        assert np.abs(mean - x[learnt].mean(0)).max() < 1e-4 * np.abs(x).max()
        assert np.abs(mean - x.mean(0)).max() > 1e-4 * np.abs(x).max()
    if "rows" in model and model["rows"].shape == ():
        assert model["rows"][()] == learnt.sum(), model["rows"][()]
    assert np.isfinite(score).all()
    if "flagged" in metrics:
        judged = sum(int(metrics["flagged"][name][()])
                     for name in ("odd_found", "odd_missed", "theme_kept", "theme_lost"))
        assert judged == held_out.sum(), (judged, held_out.sum())
