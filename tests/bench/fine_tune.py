#!/usr/bin/python3
"""Known classes, and images of none: does it help that the pretrained network learns the known classes, too?

    fine_tune.py ODDLOT WORK TAR START.onnx [--classes N] [--size 224] [--epochs 10] [--lambdas 0,0.1] [--seeds 3] [--out FILE]

The thirds of classes.py: known classes, those that should be found, those that `head` is shown as odd. Behind START, without
its classifier, come 256 units with ReLU, whose values are an image's row, and a value for each known class. `frozen`:
those two layers learn alone; `fine-tuned`: all layers learn. Both with each weight of center loss (lambda). A line of JSON
for each network, weight, detector and column, with the mean over seeds: the figures of classes.py, and macro F1 of the
classes on the known images that are judged (`class_f1`).
"""
import argparse, csv, json, os, random, shutil, tarfile

import h5py
import numpy as np

import bench_tools
from classes import RULE, figures, split

NETWORKS = {"frozen": "0.001", "fine-tuned": "0.0003"}  # rate of learning


def images(args):
    place = os.path.join(args.work, "images")
    if not os.path.isdir(place):
        with tarfile.open(args.tar) as file:
            file.extractall(place)
    return place


def job(args, seed):
    """A folder with the manifest of a seed and its job; strangers of both kinds are labelled "?"."""
    root, place = images(args), os.path.join(args.work, f"tuned-{seed}")
    paths = sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names)
    if args.classes:
        names = sorted({path.split("/")[0] for path in paths})
        taken = set(random.Random(0).sample(names, args.classes))
        paths = [path for path in paths if path.split("/")[0] in taken]
    known, _, lines = split(paths, seed)
    os.makedirs(place, exist_ok=True)
    with open(place + "/list.csv", "w", newline="") as out:
        csv.writer(out).writerows([("path", "label", "split", "verified")] +
                                  [(os.path.join(root, path), name if name in known else "?", *rest)
                                   for path, name, *rest in lines])
    with open(place + "/job.yaml", "w") as out:
        json.dump({"catalogue": {"kind": "manifest", "path": "list.csv"},
                   "contamination": {"anomaly": ["?"], "held_out_split": "test"}, "check": {"checks": []},
                   "image": {"size": args.size, "channels": "rgb", "crop": "pad"},
                   "train": {"task": "classify", "folds": 1, "epochs": args.epochs, "batch": 32, "shards": 4,
                             "schedule": "cosine", "warm_up": 1, "start": os.path.abspath(args.start),
                             "network": ["dense 256", "relu"], "augment": {"flip": True},
                             "classify": {"unknown": ["?"], "write": ["logits", "features"]}},
                   "features": {"source": "trained", "normalize": "l2"}, "reduce": {"method": "none"}}, out)
    return place


def scored(args, place, network, weight, seed):
    """Of one network: {(detector, column): figures}, those of the classes with column "class"."""
    run, out = place + "/run", {}
    shutil.rmtree(run, ignore_errors=True)
    for detector in ("classes", "head"):
        settings = [f"train.freeze={'true' if network == 'frozen' else 'false'}", f"train.rate={NETWORKS[network]}",
                    f"train.classify.center_loss={weight}", f"seed={seed}", f"fit.detector={detector}"]
        words = [word for setting in settings for word in ("--set", setting)]
        for stage in ("ingest", "train", "features", "reduce", "fit", "score"):
            bench_tools.oddlot(args, [stage, place + "/job.yaml", "-o", run] + words, ranks=args.ranks)
        with h5py.File(run + "/ingest.h5") as ingest, h5py.File(run + "/scores.h5") as scores:
            judged = ingest["held_out"][:] > 0
            truth = ingest["truth"][:][judged]
            for name, column in scores["columns"].items():
                falls = "smaller is odder" in str(column.attrs["about"])
                if name not in ("class", "reconstruction"):
                    score = column[:][judged]
                    out[detector, name] = figures(truth, -score if falls else score, RULE.get(name))
    with h5py.File(run + "/train.h5") as train:
        out["classes", "class"] = {"class_f1": float(train["f1"][()])}
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="oddlot")
    for name in ("work", "tar", "start"):
        parser.add_argument(name)
    parser.add_argument("--classes", type=int, help="of all, drawn once; default all")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lambdas", default="0,0.1")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--out", help="append the lines to this file, too")
    args = parser.parse_args()
    args.program, args.work = os.path.abspath(args.program), os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    places = [job(args, seed) for seed in range(1, args.seeds + 1)]
    for network in NETWORKS:
        for weight in args.lambdas.split(","):
            each = [scored(args, place, network, weight, seed) for seed, place in enumerate(places, 1)]
            for detector, column in each[0]:
                of = [one[detector, column] for one in each]
                mean = {key: round(float(np.mean([figure[key] for figure in of])), 4) for key in of[0]}
                spread = {"roc_auc_of_seeds": [round(figure["roc_auc"], 4) for figure in of]} if "roc_auc" in of[0] else {}
                bench_tools.say(args, data=os.path.basename(args.tar), network=network, weight=float(weight),
                                size=args.size, classes=args.classes,
                                epochs=args.epochs, by=detector, column=column, seeds=len(of), **mean, **spread)


main()
