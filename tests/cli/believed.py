#!/usr/bin/python3
"""believed.py RUN: energies, errors and features of a belief network are those that its weights make, by NumPy."""
import sys

import h5py
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def close(name, found, wanted, tolerance):
    worst = np.abs(found - wanted).max() / (1 + np.abs(wanted).max())
    assert np.isfinite(worst) and worst < tolerance, f"{name}: {worst}"


run = sys.argv[1]
with h5py.File(f"{run}/ingest.h5") as file:
    x = file["images"][:] / 255.0
    held = file["held_out"][:] != 0
x = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
with h5py.File(f"{run}/train.h5") as train:
    layers = [tuple(train[f"layer{i}/{name}"][:].astype(float) for name in ("weight", "visible_bias", "hidden_bias"))
              for i in (1, 2)]
    found = {name: train[name][:] for name in ("free_energy", "top_free_energy", "reconstruction_error")}
    likelihood, low, log_z, high = (train[name][()] for name in ("log_likelihood", "log_z_low", "log_z", "log_z_high"))
    error = train["curves/loss_seen"][:]
with open(f"{run}/job.yaml") as job:
    gaussian = "visible: gaussian" in job.read()
assert error.shape == (2, 3) and error[0, -1] < error[0, 0], error
assert low <= log_z <= high

deviation = np.maximum(x[~held].std(0), 0.05) if gaussian else 1
v = (x - x[~held].mean(0)) / deviation if gaussian else x
(w, b, c), (w2, b2, c2) = layers
energy = ((v - b) ** 2).sum(1) / 2 if gaussian else -(v @ b)
close("free energy", found["free_energy"], energy - np.logaddexp(0, v @ w.T + c).sum(1), 1e-5)
h = sigmoid(v @ w.T + c)
close("top free energy", found["top_free_energy"], -(h @ b2) - np.logaddexp(0, h @ w2.T + c2).sum(1), 1e-5)
top = sigmoid(h @ w2.T + c2)
back = sigmoid(top @ w2 + b2) @ w + b
back = back * deviation if gaussian else sigmoid(back)
level = v * deviation if gaussian else v
close("error", found["reconstruction_error"], ((back - level) ** 2).mean(1), 1e-5)
close("likelihood", likelihood, -found["free_energy"][~held].mean() - log_z, 1e-9)
try:
    with h5py.File(f"{run}/features.h5") as file:
        close("features", file["features"][:], top, 1e-4)
except FileNotFoundError:
    pass  # the run ends in its training
