#!/usr/bin/python3
"""patterned.py RUN [first]: the stored patterns of a belief network, or of an auto-encoder's one hidden layer, are
those that its weights make, by NumPy and SciPy. `first`: drawn, of the first layer only."""
import sys

import h5py
import numpy as np
from scipy.sparse import csr_matrix

run, drawn = sys.argv[1], len(sys.argv) > 2
with h5py.File(f"{run}/ingest.h5") as file:
    x = (file["images"][:] / 255.0).transpose(0, 3, 1, 2).reshape(file["images"].shape[0], -1)
with h5py.File(f"{run}/features.h5") as file:
    g = file["features"]
    found = csr_matrix((np.ones(len(g["indices"])), g["indices"][:], g["indptr"][:]),
                       (len(g["indptr"]) - 1, g.attrs["columns"]))
    assert found.has_canonical_format and len(file["row"]) == found.shape[0] == len(x)
    found = found.toarray()

with h5py.File(f"{run}/train.h5") as train:
    if "layer1" not in train:  # half of the units of a layer that starts at random are active, more or less
        assert found.shape[1] == 30 and 0.1 < found.mean() < 0.9, found.mean()
        sys.exit()
    layers = [[train[f"layer{i}/{name}"][:].astype(float) for name in ("weight", "hidden_bias")] for i in (1, 2)]

likely = []
for weight, bias in layers:
    x = 1 / (1 + np.exp(-(x @ weight.T + bias)))
    likely.append(x)
if drawn:
    p = likely[0]
    assert found.shape == p.shape
    error = (found.sum() - p.sum()) / np.sqrt((p * (1 - p)).sum())
    assert abs(error) < 4, f"{error} deviations"
    assert 0 < (found != (p > 0.5)).sum()  # it is drawn
    assert np.corrcoef(found.ravel(), p.ravel())[0, 1] > 0.3
else:
    p = np.hstack(likely)
    sure = np.abs(p - 0.5) > 1e-5
    assert found.shape == p.shape and sure.mean() > 0.99
    assert ((found == 1) == (p > 0.5))[sure].all()
