"""extended.py RUN: the files of a run say what the parts of this folder do."""
import sys

import h5py
import numpy as np

run = sys.argv[1]
with h5py.File(f"{run}/ingest.h5") as f:
    images = f["images"][...].astype(float)
with h5py.File(f"{run}/features.h5") as f:
    features, row = f["features"][...], f["row"][...]
quarter = 255 - images[row][:, :14, :14].mean(axis=(1, 2, 3))
assert np.allclose(features[:, 0], quarter, rtol=1e-6), "the first feature is no quarter"
with h5py.File(f"{run}/reduce.h5") as f:
    components = f["components"][...]
assert np.array_equal(components, features[:, :3]), "reduce.h5 does not hold the first features"
with h5py.File(f"{run}/scores.h5") as f:
    largest, ranking, error = f["columns/largest"][...], f["score"][...], f["columns/copy_error"][...]
    flagged = len(f["flagged/row"])
    assert all("copy_error" in r.decode() for r in f["flagged/reason"][...])
assert np.allclose(largest[row], 3 * components.max(axis=1)), "the detector does not say the largest value"
assert np.array_equal(ranking, error, equal_nan=True), "the task does not rank"
with h5py.File(f"{run}/train.h5") as f:
    assert np.array_equal(f["error"][...], error, equal_nan=True), "the task's column is another"
with h5py.File(f"{run}/evaluate.h5") as f:
    assert "roc_auc/copy_error" in f["metrics"], "evaluate does not know of the column"
with h5py.File(f"{run}/census.h5") as f:
    assert f.attrs["flagged"] == flagged and f.attrs["title"].decode() == "again"
