#!/usr/bin/python3
"""Audit a whole large catalogue: make it (unless it is there), run jobs/large.yaml on 2 ranks of 1 thread,
and say of each stage how long it took, its memory and its file, and how well the odd images were found."""
import argparse
import csv
import os
import time

import h5py
import numpy
from sklearn.metrics import roc_auc_score

import bench_tools as tools

STAGES = ("ingest", "features", "reduce", "model", "scores", "evaluate", "report")


def folder_bytes(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


def kinds_of(catalogue):
    """For each image: "theme", what damaged it, or "stranger" for the view of another source."""
    with open(os.path.join(catalogue, "truth.csv"), newline="") as file:
        return numpy.array([row["damage"] or ("theme" if row["label"] == "theme" else "stranger")
                            for row in csv.DictReader(file)])


def areas(run, catalogue):
    """ROC AUC of each kind of odd image against the theme, by the score that ranks."""
    kind = kinds_of(catalogue)
    with h5py.File(os.path.join(run, "scores.h5")) as file:
        score = file["score"][:]
    found = {"all": roc_auc_score(kind != "theme", score)}
    for odd in sorted(set(kind) - {"theme"}):
        taken = (kind == "theme") | (kind == odd)
        found[odd] = roc_auc_score(kind[taken] == odd, score[taken])
    return {odd: round(area, 4) for odd, area in found.items()}


def tell_stages(args, run, name="large", stages=STAGES):
    """A line for each stage. The peak is that of the process until then."""
    for stage in stages:
        path = os.path.join(run, f"{stage}.h5")
        with h5py.File(path) as file:
            tools.say(args, name=name, stage=stage, seconds=round(float(file.attrs["seconds"]), 2),
                      peak_bytes_per_rank=int(file.attrs["peak_bytes_per_rank"]), bytes=os.path.getsize(path))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--images", type=int, default=131784)
    ap.add_argument("--folder", default=os.path.join(tools.ROOT, "runs"),
                    help="where catalogue and run go (default runs/)")
    ap.add_argument("--set", action="append", default=[], metavar="key=value", help="of the job")
    tools.add_options(ap)
    args = ap.parse_args()
    catalogue, run = (os.path.join(os.path.abspath(args.folder), name) for name in ("large-catalogue", "large"))
    if not os.path.exists(os.path.join(catalogue, "truth.csv")):
        make = [tools.PYTHON, os.path.join(tools.HERE, "make_catalogue.py"), catalogue, "--images", str(args.images)]
        tools.say(args, **tools.lines(tools.run(make))[0])
    tools.start(args)
    words = ["run", os.path.join(tools.ROOT, "jobs/large.yaml"), "-o", run, "--set", f"catalogue.path={catalogue}"]
    for word in args.set:
        words += ["--set", word]
    started = time.monotonic()
    tools.oddlot(args, words)
    seconds = time.monotonic() - started
    tell_stages(args, run)
    tools.say(args, summary="large", of="seconds of the whole run", ours=round(seconds, 1),
              images=len(kinds_of(catalogue)), ranks=2, threads=1, run_bytes=folder_bytes(run),
              catalogue_bytes=folder_bytes(catalogue), roc_auc=areas(run, catalogue))


if __name__ == "__main__":
    main()
