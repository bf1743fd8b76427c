#!/usr/bin/python3
"""study.csv, study.h5 and the files of the runs say the same.

    studied.py RUN RUNS SEEDS [FAILED]"""
import csv
import sys

import h5py
import numpy

folder, runs, seeds, failed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int((sys.argv + ["0"])[4])
with open(f"{folder}/study.csv", newline="") as file:
    lines = list(csv.DictReader(file))
with h5py.File(f"{folder}/study.h5") as file:
    study = {name: file[name][:] for name in ("runs/row", "runs/column", "runs/seed", "runs/failed", "runs/figure",
                                              "values/name", "published")}

values = len(study["values/name"])
assert study["runs/figure"].shape == (runs, values) and len(lines) == runs * values
assert len(set(study["runs/seed"])) == seeds
assert (study["runs/failed"] != b"").sum() == failed
assert numpy.isnan(study["runs/figure"][study["runs/failed"] != b""]).all()

WHERE = {"AUC": ("evaluate.h5", "metrics/roc_auc/score"), "accuracy": ("train.h5", "accuracy"),
         "lost": ("train.h5", "accuracy"), "last": ("train.h5", "curves/best")}


def figure(run, value):
    """What the value is, straight from the run's file; NaN where it does not train."""
    name, path = WHERE[value]
    try:
        with h5py.File(f"{folder}/{run}/{name}") as file:
            return file[path][()].mean()
    except FileNotFoundError:
        return numpy.nan


for i, line in enumerate(lines):
    run, value = divmod(i, values)
    for key in ("row", "column", "failed"):
        assert line[key] == study[f"runs/{key}"][run].decode(), (line, key)
    assert line["seed"] == str(study["runs/seed"][run])
    assert line["value"] == study["values/name"][value].decode()
    told = numpy.array([float(line["figure"] or "nan"), study["runs/figure"][run, value]])
    true = figure(line["run"], line["value"])
    assert numpy.allclose(told, true, rtol=1e-9, equal_nan=True), (line, told, true)

published = study["published"][~numpy.isnan(study["published"])]
given = {(l["row"], l["column"], l["value"]): float(l["published"]) for l in lines if l["published"]}
assert sorted(given.values()) == sorted(published)
