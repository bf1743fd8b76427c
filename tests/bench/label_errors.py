#!/usr/bin/python3
"""Labels changed on purpose: how many of them an audit finds, beside cleanlab on the same probabilities.

    label_errors.py ODDLOT WORK fashion|imagenette RATE [--seed S] [--rows N] [--classifier] [--cleanlab PYTHON]
                    [--out FILE]

fashion: the 60,000 training images of Debian's dataset-fashion-mnist, by pixels. imagenette: a tar file that
$ODDLOT_IMAGENETTE names, its folders as labels, by the backbone that the environment names. RATE of the labels become
another one, each other one as often. Two lines of JSON: precision (which is recall) of as many images as were changed,
the worst ones by the value of the findings, and precision and recall of the findings; the same of cleanlab, where a
Python that has it and h5py is named: three qualities, and what find_label_issues finds by four filters. That many
images may have been labelled wrong before: they count as false alarms. --classifier: the job trains one, too (task
classify, five folds), whose probabilities are one more source.
"""
import argparse, csv, gzip, json, os, random, struct, subprocess, sys, tarfile, time

FASHION = "/usr/share/datasets/fashion-mnist/train-%s-ubyte.gz"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

CLASSIFIER = """train:
  task: classify
  network: [conv 16 5x5, relu, max_pool 2, conv 32 5x5, relu, max_pool 2, dense 128, relu]
  folds: 5
  epochs: 10
  schedule: cosine
"""

CLEANLAB = r"""
import json, sys
import h5py
import numpy as np
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
import cleanlab
with h5py.File(sys.argv[1] + "/categories.h5") as f, h5py.File(sys.argv[1] + "/features.h5") as g:
    given, p = f["image/category"][:][g["row"][:]], f["probabilities"][:].astype(float)
    joint = np.zeros((p.shape[1],) * 2, int)
    joint[f["joint/category"][:], f["joint/confident"][:]] = f["joint/images"][:]
p /= p.sum(axis=1, keepdims=True)
changed = np.array(json.load(open(sys.argv[2])), bool)
n, out = int(changed.sum()), {"by": "cleanlab " + cleanlab.__version__, "precision_at_changed": {}, "found": {}}
for method in ("self_confidence", "normalized_margin", "confidence_weighted_entropy"):
    quality = get_label_quality_scores(given, p, method=method, adjust_pred_probs=False)
    out["precision_at_changed"][method] = round(float(changed[np.argsort(quality)[:n]].mean()), 4)
for by in ("prune_by_noise_rate", "prune_by_class", "both", "confident_learning"):
    issue = find_label_issues(given, p, filter_by=by, n_jobs=1)
    out["found"][by] = {"images": int(issue.sum()), "precision": round(float(changed[issue].mean()), 4),
                        "recall": round(float(changed[issue].sum() / n), 4)}
theirs = compute_confident_joint(given, p, calibrate=False)
out["confident_joint_differs_by"] = int(np.abs(theirs - joint).sum())
print(json.dumps(out))
"""


def changed_labels(labels, rate, seed):
    names, rng, out = sorted(set(labels)), random.Random(seed), []
    for label in labels:
        other = [n for n in names if n != label]
        out.append(rng.choice(other) if rng.random() < rate else label)
    return out


def fashion(work, rows, rate, seed):
    images = gzip.open(FASHION % "images-idx3").read()
    labels = list(gzip.open(FASHION % "labels-idx1").read()[8:8 + rows])
    given = changed_labels(labels, rate, seed)
    head = struct.pack(">I", len(labels))
    with open(os.path.join(work, "images"), "wb") as out:
        out.write(images[:4] + head + images[8:16 + 784 * len(labels)])
    with open(os.path.join(work, "labels"), "wb") as out:
        out.write(b"\0\0\x08\x01" + head + bytes(given))
    job = ("catalogue: {kind: idx, path: images, labels: labels}\nimage: {size: 28, channels: gray}\n"
           "features: {source: pixels}\n")
    return job, [a != b for a, b in zip(labels, given)]


def imagenette(work, rows, rate, seed):
    tar = os.environ.get("ODDLOT_IMAGENETTE") or sys.exit("$ODDLOT_IMAGENETTE names no tar file")
    with tarfile.open(tar) as file:
        names = sorted(m.name for m in file.getmembers() if m.isfile())[:rows]
        file.extractall(work)
    labels = [n.split("/")[-2] for n in names]
    given = changed_labels(labels, rate, seed)
    with open(os.path.join(work, "list.csv"), "w", newline="") as out:
        csv.writer(out).writerows([["path", "label"]] + [list(pair) for pair in zip(names, given)])
    job = "catalogue: {kind: manifest, path: list.csv}\nimage: {size: 224, channels: rgb, crop: pad}\n"
    return job, [a != b for a, b in zip(labels, given)]


def judged(run, changed):
    """What the findings of a run say, and the order of all images by their value."""
    import h5py
    import numpy as np
    with h5py.File(run + "/categories.h5") as f, h5py.File(run + "/ingest.h5") as g:
        times = f["image/other_probability"][:] / np.maximum(f["image/probability"][:], 1e-30)
        path = [p.decode() for p in g["path"][:]]
        model = {k: round(float(v[()]), 4) for k, v in f["model"].items()}
    changed, n = np.array(changed, bool), int(sum(changed))
    with open(run + "/findings.csv", newline="") as file:
        told = {r["path"] for r in csv.DictReader(file) if r["check"] == "category"}
    found = np.array([p in told for p in path])
    return {"changed": n, "precision_at_changed": round(float(changed[np.argsort(-times)[:n]].mean()), 4),
            "findings": {"images": int(found.sum()), "precision": round(float(changed[found].mean()), 4),
                         "recall": round(float(changed[found].sum() / n), 4)},
            "skill": model["skill"], "trust": model["trust"], "classifier": model["classifier"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oddlot")
    parser.add_argument("work")
    parser.add_argument("data", choices=["fashion", "imagenette"])
    parser.add_argument("rate", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=60000)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--classifier", action="store_true", help="train one, too")
    parser.add_argument("--cleanlab", metavar="PYTHON", help="a Python that has cleanlab and h5py")
    parser.add_argument("--out", help="append the lines to this file, too")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    job, changed = {"fashion": fashion, "imagenette": imagenette}[args.data](args.work, args.rows, args.rate, args.seed)
    run = os.path.join(args.work, "run")
    with open(os.path.join(args.work, "job.yaml"), "w") as out:
        out.write(job + CLASSIFIER * args.classifier + "copies: {near: false}\ncategories: {probabilities: true}\n"
                  "check: {checks: [category, doubled_category, mixed_category]}\n")
    started = time.time()
    subprocess.run(["bash", "-c", f'. "{ROOT}/.ci/mpi.sh" && exec "$MPIRUN" -n {args.ranks} "$@"', "bash", args.oddlot,
                    "run", os.path.join(args.work, "job.yaml"), "-o", run], check=True, stdout=subprocess.DEVNULL)
    lines = [dict({"data": args.data, "rate": args.rate, "seed": args.seed, "images": len(changed), "by": "oddlot",
                   "ranks": args.ranks, "seconds": round(time.time() - started)}, **judged(run, changed))]
    if args.cleanlab:
        truth = os.path.join(args.work, "changed.json")
        with open(truth, "w") as out:
            json.dump(changed, out)
        said = subprocess.run([args.cleanlab, "-c", CLEANLAB, run, truth], check=True, capture_output=True, text=True)
        lines.append(dict({"data": args.data, "rate": args.rate, "seed": args.seed}, **json.loads(said.stdout)))
    for line in lines:
        print(json.dumps(line), flush=True)
        if args.out:
            with open(args.out, "a") as out:
                out.write(json.dumps(line) + "\n")


main()
