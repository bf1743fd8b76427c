#!/usr/bin/python3
"""Known classes, and images of none: what the detectors `classes` and `head` find, beside scikit-learn and PyOD.

    classes.py ODDLOT WORK TAR [--seeds 3] [--peers PYTHON] [--out FILE]

TAR: images in folders, one for each class (imagenette, photos-64px), seen by the backbone that $ODDLOT_BACKBONE names,
pooled, made of unit length. By each seed a third of the classes is known (of each class two thirds of the images are
learnt from), a third is what should be found, and a third is what `head` is shown as odd. What is evaluated: the last
third of the known images, and all that should be found. One line of JSON for each column, with the mean over the seeds:
ROC AUC, average precision, false positives at 95 % sensitivity, F1 by the rule of the detector (`rule`) and the share
of known images that the rule flags, and F1 where 2.5 % of the known images are flagged (`f1`). --peers: a Python that
has scikit-learn, PyOD and h5py: one covariance within classes, neighbours of rows of unit length and a network of the
same layers, given the same rows.
"""
import argparse, csv, json, os, random, subprocess, sys, tarfile, time

import h5py
import numpy as np
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score, roc_curve

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULE = {"outside": 1, "outside_all": 1, "posterior": 0.5}  # odd above it, or from it on

PEERS = r"""
import sys
import numpy as np
from pyod.models.knn import KNN
from scipy.spatial.distance import cdist
from sklearn.covariance import LedoitWolf
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
data = np.load(sys.argv[1])
x, label, shown, test = (data[k] for k in ("x", "label", "shown", "test"))
x, test = x.astype(float), test.astype(float)
classes, at = np.unique(label, return_inverse=True)
mean = np.array([x[at == c].mean(0) for c in range(len(classes))])
half = np.linalg.cholesky(LedoitWolf(assume_centered=True).fit(x - mean[at]).precision_)
out = {"distance": cdist(test @ half, mean @ half).min(axis=1)}
for k in (1, 5, 10, 50):
    knn = KNN(n_neighbors=k, method="largest").fit(x)
    out[f"neighbour, k {k}"] = knn.decision_function(test)
scale = StandardScaler().fit(np.vstack([x, shown]))
net = MLPClassifier((256, 256), batch_size=64, max_iter=40, random_state=1)
net.fit(scale.transform(np.vstack([x, shown])), np.r_[np.zeros(len(x)), np.ones(len(shown))])
out["posterior"] = net.predict_proba(scale.transform(test))[:, 1]
np.savez(sys.argv[2], **out)
"""


def oddlot(args, *words):
    subprocess.run(["bash", "-c", f'. "{ROOT}/.ci/mpi.sh" && exec "$MPIRUN" -n {args.ranks} "$@"', "bash", args.oddlot,
                    *words], check=True, stdout=subprocess.DEVNULL)


def features(args):
    """Of all images, once: the folder of the run."""
    images, job = os.path.join(args.work, "images"), os.path.join(args.work, "all.yaml")
    if not os.path.isdir(images):
        with tarfile.open(args.tar) as file:
            file.extractall(images)
    with open(job, "w") as out:
        out.write(f"catalogue: {{kind: folder, path: {images}}}\nimage: {{size: 224, channels: rgb, crop: pad}}\n"
                  "features: {source: onnx, normalize: none}\n")
    run = os.path.join(args.work, "all")
    for stage in ("ingest", "features"):
        oddlot(args, stage, job, "-o", run)
    return run


def split(paths, seed):
    """What each class is, and the lines of the manifest."""
    rng = random.Random(seed)
    of = {}
    for path in paths:
        of.setdefault(path.split("/")[0], []).append(path)
    names = sorted(of)
    rng.shuffle(names)
    third = len(names) // 3
    known, found, shown = names[:third], names[third:2 * third], names[2 * third:3 * third]
    lines = []
    for name in known:
        rng.shuffle(of[name])
        cut = len(of[name]) * 2 // 3
        lines += [(p, name, "train", "theme") for p in of[name][:cut]] + [(p, name, "test", "") for p in of[name][cut:]]
    lines += [(p, name, "test", "") for name in found for p in of[name]]
    lines += [(p, name, "train", "odd") for name in shown for p in of[name]]
    return known, found + shown, sorted(lines)


def audit(args, all_run, seed, detector):
    """Truth of the evaluated images and their scores by each column."""
    with h5py.File(all_run + "/ingest.h5") as file:
        paths = [p.decode() for p in file["path"][:]]
    known, odd, lines = split(paths, seed)
    place = os.path.join(args.work, f"seed-{seed}")
    os.makedirs(place, exist_ok=True)
    with open(place + "/list.csv", "w", newline="") as out:
        images = os.path.join(args.work, "images")
        csv.writer(out).writerows([("path", "label", "split", "verified")] +
                                  [(os.path.join(images, p), *rest) for p, *rest in lines])
    with open(place + "/names.txt", "w") as out:
        out.writelines(os.path.join(images, p) + "\n" for p in paths)
    with open(place + "/job.yaml", "w") as out:
        json.dump({"catalogue": {"kind": "manifest", "path": "list.csv"},
                   "contamination": {"theme": known, "anomaly": odd, "held_out_split": "test"},
                   "image": {"size": 16}, "reduce": {"method": "none"}, "check": {"checks": []},
                   "features": {"source": "stored", "normalize": "l2",
                                "stored": {"rows": all_run + "/features.h5:/features", "paths": "names.txt"}}}, out)
    run = place + "/run"
    for stage in ("ingest", "features", "reduce", "fit", "score", "evaluate"):
        oddlot(args, stage, place + "/job.yaml", "-o", run, "--set", f"fit.detector={detector}")
    with h5py.File(run + "/ingest.h5") as ingest, h5py.File(run + "/scores.h5") as scores:
        judged = ingest["held_out"][:] > 0
        truth = ingest["truth"][:][judged]
        return truth, {k: v[:][judged] for k, v in scores["columns"].items() if k not in ("class", "reconstruction")}


def figures(truth, score, rule=None):
    false, true, _ = roc_curve(truth, score, drop_intermediate=False)
    known = score[truth == 0]
    out = {"roc_auc": roc_auc_score(truth, score), "average_precision": average_precision_score(truth, score),
           "false_positives_95": false[np.argmax(true >= 0.95)],
           "f1": f1_score(truth, score > np.quantile(known, 0.975))}
    if rule is not None:
        out["rule"] = f1_score(truth, score > rule)
        out["rule_flags_known"] = float(np.mean(known > rule))
    return out


def peers(args, seed):
    """The same rows to others: scores of the evaluated images."""
    run = os.path.join(args.work, f"seed-{seed}", "run")
    with h5py.File(run + "/ingest.h5") as ingest, h5py.File(run + "/features.h5") as file:
        row, x = file["row"][:], file["features"][:]
        held, truth, verified = (ingest[k][:][row] for k in ("held_out", "truth", "verified"))
        label = ingest["label"].asstr()[:][row]
    learnt = (held == 0) & (truth == 0)
    place = os.path.join(args.work, f"seed-{seed}")
    np.savez(place + "/rows.npz", x=x[learnt], label=label[learnt].astype("S"), shown=x[(held == 0) & (truth == 1)],
             test=x[held > 0])
    subprocess.run([args.peers, "-c", PEERS, place + "/rows.npz", place + "/peers.npz"], check=True)
    return truth[held > 0], dict(np.load(place + "/peers.npz"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oddlot")
    parser.add_argument("work")
    parser.add_argument("tar")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--out", help="append the lines to this file, too")
    args = parser.parse_args()
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    all_run, found, started = features(args), {}, time.time()
    for seed in range(1, args.seeds + 1):
        for by, scored in [(d, audit(args, all_run, seed, d)) for d in ("classes", "head")] + \
                          ([("scikit-learn, PyOD", peers(args, seed))] if args.peers else []):
            for column, score in scored[1].items():
                rule = RULE.get(column)
                found.setdefault((by, column), []).append(figures(scored[0], score, rule))
    for (by, column), each in found.items():
        line = {"data": os.path.basename(args.tar), "by": by, "column": column, "seeds": len(each)}
        for key in each[0]:
            line[key] = round(float(np.mean([e[key] for e in each])), 4)
        line["roc_auc_of_seeds"] = [round(e["roc_auc"], 4) for e in each]
        line["seconds"] = round(time.time() - started)
        print(json.dumps(line), flush=True)
        if args.out:
            with open(args.out, "a") as out:
                out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
