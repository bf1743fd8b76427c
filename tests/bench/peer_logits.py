#!/usr/bin/python3
"""Logits of a trained classifier by ONNX Runtime against those in train.h5: peer_logits.py RUN.

Prints a line of JSON with the largest difference, as a share of the largest logit, and the share of images whose class is
the same. With onnxruntime, onnx and h5py."""
import json
import sys

import h5py
import numpy as np
import onnx
import onnxruntime

run = sys.argv[1]
with h5py.File(f"{run}/ingest.h5") as f, h5py.File(f"{run}/train.h5") as r:
    images, fold, logits, predicted = f["images"][:], r["fold"][:], r["logits"][:], r["predicted"][:]
worst, same = 0.0, 0
for number in range(fold.max() + 1):
    name = f"{run}/networks/fold-{number + 1}.onnx"
    notes = {p.key: p.value for p in onnx.load(name).metadata_props}
    mean, deviation = (np.array(notes.get(f"oddlot.{key}", "0.5").replace(",", " ").split(), float)
                       for key in ("mean", "deviation"))
    mine = np.flatnonzero(fold == number)
    x = ((images[mine] / 255. - mean) / deviation).transpose(0, 3, 1, 2).astype("f4")
    session = onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"])
    out = np.concatenate([session.run(None, {session.get_inputs()[0].name: x[i:i + 64]})[0] for i in range(0, len(x), 64)])
    worst = max(worst, np.abs(out - logits[mine]).max() / np.abs(out).max())
    same += (out.argmax(1) == predicted[mine]).sum()
print(json.dumps({"run": run, "peer": f"onnxruntime {onnxruntime.__version__}", "images": int((fold >= 0).sum()),
                  "largest_difference": float(f"{worst:.3g}"), "same_class": same / (fold >= 0).sum()}))
