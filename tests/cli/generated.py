#!/usr/bin/python3
"""Are the images of an ingest the patterns that `catalogue: {kind: generated}` promises?

    generated.py RUN PATTERN IMAGES SIDE"""
import sys

import h5py
import numpy as np

run, pattern, images, side = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:5])
with h5py.File(f"{run}/ingest.h5") as f:
    pixels, names = f["images"][:], f["path"][:]
assert pixels.shape == (images, side, side, 1)
assert names[123].decode() == f"{pattern}/000123" and len(set(names)) == images
if pattern == "binary":
    assert set(np.unique(pixels)) == {0, 255}
    white = (pixels == 255).mean()
    assert abs(white - 0.5) < 4 * 0.5 / np.sqrt(pixels.size), white
else:
    levels = pixels.reshape(images, -1)
    assert (levels.min(1) == levels.max(1)).all()
    assert abs(levels[:, 0].mean() - 127.5) < 4 * 73.9 / np.sqrt(images), levels[:, 0].mean()
    assert len(np.unique(levels)) > images / 3
