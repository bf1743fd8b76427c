#!/usr/bin/python3
"""Does oddlot's isolation forest rank as scikit-learn's does? Both on the same rows, with several seeds each.

    forest_auc.py WORK MNIST --peer-python FILE [--seeds 5] [--out FILE]

MNIST: a folder with the IDX files; Fashion-MNIST is Debian's. Rows are pixels, as the job jobs/deep-forest.yaml has them
without a network: 22,105 images of footwear, and single classes with 5 % of the others. 100 trees of 256 rows. One line of
JSON for each data set: mean ROC AUC of both, the standard deviation over seeds of both, and their difference in standard
errors. --peer-python: a Python with scikit-learn and h5py.
"""
import argparse, json, os, subprocess

import h5py
import numpy as np
from sklearn.metrics import roc_auc_score

import bench_tools

FASHION = "/usr/share/datasets/fashion-mnist"
PEER = """
import sys
import h5py, numpy as np, sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
with h5py.File(sys.argv[1] + "/ingest.h5") as ingest, h5py.File(sys.argv[1] + "/features.h5") as file:
    x, truth = file["features"][:], ingest["truth"][:][file["row"][:]]
for seed in range(1, int(sys.argv[2]) + 1):
    forest = IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(x)
    print(roc_auc_score(truth == 1, -forest.score_samples(x)))
print(sklearn.__version__)
"""
SETS = {"footwear": (FASHION, [5, 7, 9]), "trousers": (FASHION, [1]), "bags": (FASHION, [8]), "digit 1": (None, [1]),
        "digit 8": (None, [8]), "digit 0": (None, [0])}


def settings(args, name):
    folder, theme = SETS[name]
    files = {kind: [f"{folder or args.mnist}/{part}-{kind}-idx{d}-ubyte.gz" for part in ("train", "t10k")]
             for kind, d in (("images", 3), ("labels", 1))}
    return [f"catalogue.path={json.dumps(files['images'])}", f"catalogue.labels={json.dumps(files['labels'])}",
            f"contamination.theme={theme}", "train.network=[]", "features.source=pixels"]


def ours(args, name, seed):
    """ROC AUC of one forest; the rows are those of every seed, as the mixture has a seed of its own."""
    run = f"{args.work}/{name.replace(' ', '-')}"
    words = [word for setting in settings(args, name) + [f"seed={seed}"] for word in ("--set", setting)]
    for stage in ("ingest", "features", "reduce", "fit", "score"):
        bench_tools.oddlot(args, [stage, f"{bench_tools.ROOT}/jobs/deep-forest.yaml", "-o", run] + words, ranks=1)
    with h5py.File(run + "/ingest.h5") as ingest, h5py.File(run + "/scores.h5") as scores:
        truth, score = ingest["truth"][:], scores["score"][:]
    taken = np.isfinite(score) & (truth >= 0)
    return run, roc_auc_score(truth[taken] == 1, score[taken])


def theirs(args, run):
    *each, version = subprocess.check_output([args.peer_python, "-c", PEER, run, str(args.seeds)], text=True).split()
    return version, [float(auc) for auc in each]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("mnist")
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    args.work, args.mnist = os.path.abspath(args.work), os.path.abspath(args.mnist)
    for name in SETS:
        runs = [ours(args, name, seed) for seed in range(1, args.seeds + 1)]
        auc = [value for _, value in runs]
        version, peer = theirs(args, runs[0][0])
        error = np.sqrt((np.var(auc, ddof=1) + np.var(peer, ddof=1)) / args.seeds)
        bench_tools.say(args, bench="forest_auc", data=name, seeds=args.seeds, peer=f"scikit-learn {version}",
                        ours=round(np.mean(auc), 4), theirs=round(np.mean(peer), 4), deviation_ours=round(np.std(auc, ddof=1), 4),
                        deviation_theirs=round(np.std(peer, ddof=1), 4),
                        standard_errors_apart=round((np.mean(auc) - np.mean(peer)) / error, 2))


main()
