#!/usr/bin/python3
"""Are heat maps whole, and hottest on the planted squares of heat.sh?

    heated.py RUN SIDE"""
import os
import sys

import h5py
import numpy as np

run, side = sys.argv[1], int(sys.argv[2])
with h5py.File(f"{run}/audit.h5") as audit:
    row, heat, region = (audit["report/heat/" + name][:] for name in ("row", "map", "region"))
    flagged, truth = audit["scores/flagged/row"][:], audit["ingest/truth"][:]
assert (row == flagged).all() and len(row) == 30
assert heat.shape == (30, side, side) and heat.dtype == np.float32 and np.isfinite(heat).all()
with open(f"{run}/report/index.html", encoding="utf-8") as f:
    page = f.read()

hits, found, warm = 0, 0, 0
for i, (image, (left, top, width, height)) in enumerate(zip(row, region)):
    if width == 0:
        assert heat[i].max() <= 0 and not os.path.exists(f"{run}/report/img/{i + 1:06}-heat.png")
        continue
    warm += 1
    y, x = np.unravel_index(heat[i].argmax(), heat[i].shape)
    assert 0 <= left <= x < left + width <= side and 0 <= top <= y < top + height <= side
    nearly = heat[i].min() + 0.8 * (heat[i].max() - heat[i].min())
    assert heat[i][top, left:left + width].max() >= nearly
    assert f"hottest {width} × {height} pixels, {left} from left, {top} from top" in page
    assert os.path.getsize(f"{run}/report/img/{i + 1:06}-heat.png") > 100
    if truth[image] == 1:
        found += 1
        hits += image % 16 <= y < image % 16 + 12 and 5 <= x < 17
assert page.count('<img class="heat"') == warm >= 20 and page.count("no place is warm") == 30 - warm
assert found >= 6 and hits >= 0.75 * found, (found, hits)
