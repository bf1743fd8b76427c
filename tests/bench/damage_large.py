#!/usr/bin/python3
"""Look for damage in a large catalogue: make it (unless it is there), 0.5 % damaged by make_damaged.py, run
jobs/damage.yaml on 2 ranks of 1 thread, cross-fitted, and say of each stage how long it took, its memory
and its file, and how many of the damaged images are among those that are flagged."""
import argparse
import csv
import glob
import os
import resource
import time

import h5py
import numpy
from sklearn.metrics import average_precision_score, roc_auc_score

import bench_tools as tools
from large import folder_bytes, tell_stages
from make_catalogue import CLIPART, FASHION

STAGES = ("ingest", "train", "features", "reduce", "model", "scores", "evaluate", "report")
# Of the job: two networks, each of which judges the half that it has not seen; few epochs and large batches, as
# there are so many images.
SETTINGS = ("train.folds=2", "train.epochs=4", "train.batch=128", "train.shards=8")


def make(args, catalogue):
    """Of the pictures in --data, or of Debian's."""
    sources = []
    for path in args.data or [FASHION, CLIPART]:
        shards = sorted(glob.glob(os.path.join(path, "*.tar"))) if os.path.isdir(path) else []
        sources += shards or [path]
    words = [tools.PYTHON, os.path.join(tools.HERE, "make_damaged.py"), catalogue,
             "--images", str(args.images), "--sources", str(args.sources)]
    for source in sources:
        words += ["--theme", source]
    tools.say(args, **tools.lines(tools.run(words))[0])


def damage_of(catalogue):
    """For each image what damaged it, "" if nothing did."""
    with open(os.path.join(catalogue, "truth.csv"), newline="") as file:
        return numpy.array([row["damage"] for row in csv.DictReader(file)])


def audit(args, catalogue, run):
    """Run the job; seconds and CPU seconds, of all ranks, and the settings that are not the job's."""
    settings = [*SETTINGS, *args.set]
    words = ["run", os.path.join(tools.ROOT, "jobs/damage.yaml"), "-o", run]
    for setting in ["catalogue.kind=tar", f"catalogue.path={catalogue}", *settings]:
        words += ["--set", setting]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    tools.oddlot(args, words)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return dict(ours=round(seconds, 1), cpu_seconds=round(cpu, 1), settings=settings)


def tell_training(args, run):
    """How well the networks see what the program itself did to images that they have not seen."""
    with h5py.File(os.path.join(run, "train.h5")) as file:
        figures = {name: round(float(file[name][()]), 4)
                   for name in ("accuracy", "attainable", "accuracy_visible", "auc", "share")}
        tools.say(args, name="damage", of="damage made by the program", **figures,
                  seconds_per_1000_images=round(float(file.attrs["seconds_per_1000_images"]), 3),
                  kinds={name.decode(): round(float(auc), 4)
                         for name, auc in zip(file["kinds/name"][:], file["kinds/auc"][:])})


def tell_found(args, run, damage):
    """Of all damaged images, and of each kind: how many are among the oddest, as many as there are damaged
    ones; ROC AUC against the images that are whole."""
    with h5py.File(os.path.join(run, "scores.h5")) as file:
        score, rank = file["score"][:], file["rank"][:]
    whole = damage == ""
    top = (rank > 0) & (rank <= (~whole).sum())
    for kind in sorted(set(damage[~whole])):
        its = damage == kind
        either = its | whole
        tools.say(args, name="damage", kind=kind, images=int(its.sum()), in_top=int((its & top).sum()),
                  recall=round(float(top[its].mean()), 3),
                  roc_auc=round(roc_auc_score(its[either], score[either]), 4))
    return dict(damaged=int((~whole).sum()), in_top=int((~whole & top).sum()),
                precision_in_top=round(float((~whole)[top].mean()), 4),
                roc_auc=round(roc_auc_score(~whole, score), 4),
                average_precision=round(average_precision_score(~whole, score), 4))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--images", type=int, default=131784)
    ap.add_argument("--data", action="append", metavar="SOURCE",
                    help="pictures to make the catalogue of: a folder of them or of tar files, a tar or an IDX "
                         "file (default: Debian's dataset-fashion-mnist and openclipart-png)")
    ap.add_argument("--sources", type=int, default=50000, help="of these pictures, at most (default 50000)")
    ap.add_argument("--folder", default=os.path.join(tools.ROOT, "runs"),
                    help="where catalogue and run go (default runs/)")
    ap.add_argument("--set", action="append", default=[], metavar="key=value", help="of the job")
    tools.add_options(ap)
    args = ap.parse_args()
    catalogue, run = (os.path.join(os.path.abspath(args.folder), name) for name in ("damaged-catalogue", "damaged"))
    if not os.path.exists(os.path.join(catalogue, "truth.csv")):
        make(args, catalogue)
    tools.start(args)
    told = audit(args, catalogue, run)
    tell_stages(args, run, "damage", STAGES)
    tell_training(args, run)
    damage = damage_of(catalogue)
    found = tell_found(args, run, damage)
    tools.say(args, summary="damage_large", of="seconds of the whole run", **told, images=len(damage), ranks=2,
              threads=1, run_bytes=folder_bytes(run), catalogue_bytes=folder_bytes(catalogue), **found)


if __name__ == "__main__":
    main()
