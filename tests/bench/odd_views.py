#!/usr/bin/python3
"""How well an audit ranks and flags what is odd in planted catalogues (planted_catalogues.py), without a label: the
program, the same method in numpy (odd_reference.py), and PyOD's detectors on the same features.

  odd_views.py [--base NAME]... [--plant NAME]... [--seeds 1,2,3] [--pixels] [--peer-python FILE] [--keep FOLDER]
               [--data FOLDER]

--base imagenette and photos are classes as themes. A line of JSON for each catalogue and ranking: `auc` of all odd images, and of each kind alone; `flagged` the share of
each kind and of the others (`theme`) that is flagged, `weights` of the views. Products have odd ones among them, too:
a `theme` share is no false alarm before somebody has looked. --pixels does without a network. PyOD (PyPI) is run by a
Python that has it, on features of unit length, and on 40 principal components of them. Last, a line for each ranking
over all catalogues of a kind: mean and lowest ROC AUC."""
import argparse
import json
import os
import subprocess
import sys
import time

import h5py
import numpy as np

import bench_tools
import odd_reference
import planted_catalogues

AT_ONCE = 10  # catalogues whose features are kept at once
JOB = """name: odd
catalogue: {{kind: manifest, path: catalogue.csv}}
contamination: {{theme: [theme]}}
ingest: {{max_unreadable: 0}}
image: {{size: 224, channels: rgb, crop: pad}}
features: {{source: {source}}}
reduce: {{pca: {{components: 40}}}}
fit: {{detector: core}}
views: {{use: [all]}}
report: {{top: 50}}
"""
PEER = """
import json, sys, warnings
import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.mcd import MCD
warnings.filterwarnings("ignore")
for home in sys.argv[1:]:
    x = np.load(home + "/rows.npy")
    u, s, v = np.linalg.svd(x - x.mean(0), full_matrices=False)
    found = {}
    for name, rows in (("", x), (" of 40 components", (u * s)[:, :40])):
        for k in (1, 5, 10, 20, 64, 256, 512):
            if k < len(x):
                found[f"KNN {k}{name}"] = KNN(n_neighbors=k).fit(rows).decision_scores_
        for k in (20, 64, 256):
            if k < len(x):
                found[f"LOF {k}{name}"] = LOF(n_neighbors=k).fit(rows).decision_scores_
        found["ECOD" + name] = ECOD().fit(rows).decision_scores_
        found["IForest" + name] = IForest(random_state=1).fit(rows).decision_scores_
    found["MCD of 10 components"] = MCD(random_state=1).fit((u * s)[:, :10]).decision_scores_
    np.savez(home + "/scores.npz", **found)
"""


def read_run(run):
    """What the run left, in the order of the catalogue."""
    with h5py.File(os.path.join(run, "ingest.h5")) as file:
        found = dict(images=file["images"][:], measures=file["measures"][:],
                     names=file["measures"].attrs["names"].decode().split("\n"),
                     label=[label.decode() for label in file["label"][:]])
    with h5py.File(os.path.join(run, "features.h5")) as file:
        found["features"], found["source"] = file["features"][:], file.attrs["source"].decode()
    with h5py.File(os.path.join(run, "copies.h5")) as file:
        found["representative"] = file["representative"][:]
    with h5py.File(os.path.join(run, "scores.h5")) as file:
        found["score"] = file["score"][:]
        found["columns"] = {name: file["columns"][name][:] for name in file["columns"]}
        found["flagged"] = np.isin(np.arange(len(found["score"])), file["flagged/row"][:])
    with h5py.File(os.path.join(run, "views.h5")) as file:
        found["weights"] = {name: round(float(value[()]), 3) for name, value in file.get("model/weight", {}).items()}
    return found


def rate(labels, score):
    """ROC AUC of all odd images, and of each kind against the theme."""
    labels = np.array(labels)
    kinds = sorted(set(labels) - {"theme"})
    rows = {kind: (labels == "theme") | (labels == kind) for kind in kinds}
    rows = dict(all=np.ones(len(labels), bool), **rows) if kinds else {}
    return {kind: round(float(odd_reference.auc(score[few], labels[few] != "theme")), 4) for kind, few in rows.items()}


def share(labels, flagged):
    labels = np.array(labels)
    return {kind: round(float(flagged[labels == kind].mean()), 4) for kind in sorted(set(labels))}


def by_program(say, found):
    columns = found["columns"]
    say(who="oddlot", ranking="joined", auc=rate(found["label"], found["score"]), weights=found["weights"],
        flagged=share(found["label"], found["flagged"]))
    for name in [n for n in ("meaning", "layout", "measured", "log_odds") if n in columns]:
        say(who="oddlot", ranking=name, auc=rate(found["label"], columns[name]))


def by_reference(say, found, pixels):
    views, joined, weights, flagged = odd_reference.rank(
        None if pixels else found["features"], found["images"], found["measures"], found["names"],
        found["representative"])
    say(who="reference", ranking="joined", auc=rate(found["label"], joined), flagged=share(found["label"], flagged),
        weights={name: round(float(w), 3) for name, w in weights.items()})
    for name, score in views.items():
        say(who="reference", ranking=name, auc=rate(found["label"], score))


def ask_peer(args, homes):
    """PyOD, on the pictures that stand for others, as we do; its start takes longer than a small catalogue."""
    done = subprocess.run([args.peer_python, "-c", PEER, *homes], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the peer failed: {done.stderr[-1000:]}")


def by_peer(say, found, home):
    with np.load(os.path.join(home, "scores.npz")) as file:
        for name in file:
            say(who="PyOD", ranking=name, auc=rate(found["label"], file[name][found["stands_for"]]))


def audit(args, base, home):
    """What the program makes of a catalogue; the rows that stand for others are left beside it."""
    job = os.path.join(home, "job.yaml")
    with open(job, "w") as file:
        file.write(JOB.format(source="pixels" if args.pixels else "auto"))
    run = os.path.join(home, "run-pixels" if args.pixels else "run")
    started = time.perf_counter()
    bench_tools.oddlot(args, ["run", job, "-o", run], ranks=1, threads=2)
    seconds = round(time.perf_counter() - started, 1)
    found = read_run(run)
    best, found["stands_for"] = np.unique(found["representative"], return_inverse=True)
    np.save(os.path.join(home, "rows.npy"), found["features"][best].astype(np.float64))
    return found, seconds


class Summary:
    """ROC AUC of a ranking over catalogues of one kind: plants of products, percents of classes as themes."""

    def __init__(self):
        self.auc = {}

    def add(self, base, plant, fields):
        kind = plant.rsplit("-", 1)[-1] if base in planted_catalogues.THEMES else plant
        if "all" in fields["auc"]:
            for key in (base, kind), (base, ""):
                self.auc.setdefault(key + (fields["who"], fields["ranking"]), []).append(fields["auc"]["all"])

    def say(self, args):
        for (base, kind, who, ranking), values in sorted(self.auc.items()):
            bench_tools.say(args, case="odd_views", summary=f"{base} {kind}".strip(), who=who, ranking=ranking,
                            catalogues=len(values), mean=round(float(np.mean(values)), 4), lowest=min(values))


def several(args, summary, catalogues):
    """(base, plant, seed, home, lines) each."""
    runs = [audit(args, base, home) for base, _, _, home, _ in catalogues]
    if args.peer_python:
        ask_peer(args, [home for _, _, _, home, _ in catalogues])
    for (base, plant, seed, home, lines), (found, seconds) in zip(catalogues, runs):
        def say(**fields):
            summary.add(base, plant, fields)
            bench_tools.say(args, case="odd_views", base=base, plant=plant, seed=seed, images=len(lines),
                            features=found["source"], **fields)
        by_program(lambda **fields: say(seconds=seconds, **fields), found)
        by_reference(say, found, found["source"] == "pixels")
        if args.peer_python:
            by_peer(say, found, home)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    planted_catalogues.add_options(parser)
    parser.add_argument("--pixels", action="store_true", help="without a network")
    parser.add_argument("--peer-python", help="a Python that has PyOD; without it there is no peer")
    parser.add_argument("--keep", help="make the catalogues here and leave them, with their runs")
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    sources = planted_catalogues.Sources(args.data)
    with bench_tools.scratch() as scratch:
        summary, catalogues = Summary(), []
        for base, plant, seed in planted_catalogues.each(args, sources):
            home, lines = planted_catalogues.make(args.keep or scratch, base, plant, seed, sources)
            catalogues.append((base, plant, seed, home, lines))
        for first in range(0, len(catalogues), AT_ONCE):
            several(args, summary, catalogues[first:first + AT_ONCE])
        summary.say(args)


if __name__ == "__main__":
    main()
