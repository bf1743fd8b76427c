#!/usr/bin/python3
"""Does center loss help to know strangers? LeNet on digits and clothes, with several weights of it.

    center_loss.py WORK MNIST [--data digits,zero,clothes] [--lambdas 0,0.01,0.1,1] [--seeds 1,2,3] [--out FILE]

MNIST: a folder with the four IDX files; Fashion-MNIST is Debian's. digits: all digits are known, clothes are strangers;
zero: 1 to 9 are known, 0 is the stranger; clothes: the other way round. The network of jobs/center-loss.yaml learns from
the training images of the known classes; judged are their 10,000 test images and the strangers' test images. `classes` is
told of no stranger (semi-supervised), `head` of 5,000 of the strangers' training images. One line of JSON for each seed
and weight: macro F1 of the classes on the test images; by the published rule the F1 of strangers and the share of known
test images that it flags; area under the ROC curve of every column.
"""
import argparse, csv, gzip, json, os

import h5py
import numpy as np
from PIL import Image
from sklearn.metrics import f1_score, roc_auc_score

import bench_tools

FASHION = "/usr/share/datasets/fashion-mnist"
SHOWN = 5000  # strangers that `head` is told of


def idx(path, head):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=head)


def load(folder, part):
    """Images and labels of "train" or "t10k"."""
    label = idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 8)
    return idx(f"{folder}/{part}-images-idx3-ubyte.gz", 16).reshape(len(label), 28, 28), label


def parts(args, data):
    """(images, labels, split, verified) of what is known and what is not; strangers are labelled "?"."""
    known, other = (FASHION, args.mnist) if data == "clothes" else (args.mnist, FASHION)
    for part, split in (("train", "train"), ("t10k", "test")):
        image, label = load(known, part)
        strange, _ = load(other, part)
        if data == "zero":
            image, strange, label = image[label != 0], image[label == 0], label[label != 0]
        strange = strange[:SHOWN] if split == "train" else strange
        yield image, label.astype(str), split, "theme" if split == "train" else ""
        yield strange, np.full(len(strange), "?"), split, "odd" if split == "train" else ""


def catalogue(args, data):
    """A manifest of the images as files, written once."""
    place = f"{args.work}/{data}"
    if os.path.exists(f"{place}/list.csv"):
        return place
    os.makedirs(f"{place}/images", exist_ok=True)
    rows = []
    for images, labels, split, verified in parts(args, data):
        for image, label in zip(images, labels):
            name = f"images/{len(rows):06d}.png"
            Image.fromarray(image).save(f"{place}/{name}", compress_level=1)
            rows.append((name, label, split, verified))
    with open(f"{place}/list.csv", "w", newline="") as out:
        csv.writer(out).writerows([("path", "label", "split", "verified")] + rows)
    return place


def job(args, place):
    """jobs/center-loss.yaml, with this catalogue in place of its own."""
    path = f"{place}/job.yaml"
    with open(path, "w") as out:
        json.dump({"catalogue": {"kind": "manifest", "path": "list.csv"},
                   "contamination": {"anomaly": ["?"], "held_out_split": "test"},
                   "image": {"size": 28, "channels": "gray"}, "check": {"checks": []},
                   "train": {"task": "classify", "folds": 1, "epochs": args.epochs, "batch": 128, "shards": 4,
                             "schedule": "cosine", "classify": {"unknown": ["?"], "write": ["features"]},
                             "network": ["conv 20 5x5", "relu", "max_pool 2", "conv 50 5x5", "relu", "max_pool 2",
                                         "dense 500", "relu"]},
                   "features": {"source": "trained", "normalize": "none"}, "reduce": {"method": "none"},
                   "fit": {"head": {"epochs": 5}}}, out)
    return path


def scored(run):
    """Truth of the judged images, and each column, larger where it is odder."""
    with h5py.File(f"{run}/ingest.h5") as ingest, h5py.File(f"{run}/scores.h5") as scores:
        judged, columns = ingest["held_out"][:] > 0, {}
        for name, column in scores["columns"].items():
            falls = "smaller is odder" in str(column.attrs["about"])
            columns[name] = -column[:][judged] if falls else column[:][judged]
        return ingest["truth"][:][judged], columns


def one(args, data, weight, seed):
    place = catalogue(args, data)
    path, run = job(args, place), f"{place}/run"
    figures = {}
    for detector in ("classes", "head"):
        settings = [f"train.classify.center_loss={weight}", f"seed={seed}", f"fit.detector={detector}"]
        words = [word for setting in settings for word in ("--set", setting)]
        for stage in ("ingest", "train", "features", "reduce", "fit", "score"):
            bench_tools.oddlot(args, [stage, path, "-o", run] + words, ranks=args.ranks)
        truth, columns = scored(run)
        rule = "outside" if detector == "classes" else "posterior"
        flagged = columns[rule] > (1 if detector == "classes" else 0.5)
        figures[f"{detector}_f1"] = round(f1_score(truth, flagged), 4)
        figures[f"{detector}_known_flagged"] = round(float(flagged[truth == 0].mean()), 4)
        for name, score in columns.items():
            if name not in ("class", "reconstruction"):
                figures[f"auc_{name}"] = round(roc_auc_score(truth, score), 4)
    with h5py.File(f"{run}/train.h5") as train:
        figures["class_f1"] = round(float(train["f1"][()]), 4)
    bench_tools.say(args, bench="center_loss", data=data, weight=float(weight), seed=seed, epochs=args.epochs,
                    judged=len(truth), strangers=int(truth.sum()), **figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("mnist")
    parser.add_argument("--data", default="digits,zero,clothes")
    parser.add_argument("--lambdas", default="0,0.01,0.1,1")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--ranks", type=int, default=2)
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    args.work = os.path.abspath(args.work)
    for seed in map(int, args.seeds.split(",")):
        for data in args.data.split(","):
            for weight in args.lambdas.split(","):
                one(args, data, weight, seed)


main()
