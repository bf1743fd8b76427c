#!/usr/bin/python3
"""Time the reductions of wide rows (2 ranks of 1 thread) against scikit-learn (2 threads).

The two take turns, so that both see the same machine; what counts is the ratio of their medians. Prints
a line of JSON for every run and, at the end, one for each case: {"summary": ...} with medians, ratio ours /
theirs and the goal. `stream` has no peer: it reads rows from a file that it writes to --folder first, and
tells GB/s read, Gflop/s and, in proportion to the rows, the time for the 131,784 rows of a catalogue.

  pca     500 components of 1,333 x 98,304 by the solver that oddlot takes for that shape, against PCA(500,
          svd_solver='randomized'); both say which share of the variance they keep
  rpca    the same by oddlot's randomized solver
  srp     the same rows to 5,000, drawing included, against SparseRandomProjection's fit_transform
  stream  500 components of 4,096 x 98,304 float32 on disk by the randomized solver
"""
import argparse
import os
import tempfile

import bench_tools as tools

WIDE = ("n=1333", "d=98304")
CASES = {
    "pca": dict(words=("pca", *WIDE, "k=500"), peer="rpca", goal=0.25),
    "rpca": dict(words=("rpca", *WIDE, "k=500"), peer="rpca", goal=0.25),
    "srp": dict(words=("srp", *WIDE, "k=5000"), peer="srp", goal=0.2),
    "stream": dict(words=("stream", "n=4096", "d=98304", "k=500", "iterations=4")),
}


def one_round(args, name, case):
    """Ours, then theirs."""
    ours = tools.lines(tools.oddlot(args, ["bench", *case["words"], "repeat=1"]))[0]
    peer = [tools.PYTHON, os.path.join(tools.HERE, "peer_models.py"), case["peer"], *case["words"][1:]]
    theirs = tools.lines(tools.run(peer, threads=2))[0]
    for line in (ours, theirs):
        tools.say(args, name=name, **{key: line[key] for key in line if key != "cpu"})
    return ours, theirs


def compare(args, name, case):
    rounds = [one_round(args, name, case) for _ in range(args.rounds)]
    ours, theirs = (tools.median([turn[side]["seconds"] for turn in rounds]) for side in (0, 1))
    kept = {} if name == "srp" else dict(variance_kept=[line["variance_kept"] for line in rounds[0]])
    tools.say(args, summary=name, of="seconds", rounds=len(rounds), ours=tools.significant(ours),
              theirs={rounds[0][1]["peer"]: tools.significant(theirs)}, ratio=tools.significant(ours / theirs, 3),
              goal=case["goal"], blas=rounds[0][0]["blas"], **kept)


def stream(args, case):
    """Rates and prediction of the median run."""
    with tempfile.TemporaryDirectory(prefix="oddlot-bench-", dir=args.folder) as folder:
        path = os.path.join(folder, "stream.h5")
        words = ["bench", *case["words"], f"repeat={args.rounds}", f"file={path}"]
        found = tools.lines(tools.oddlot(args, words))
    for line in found:
        tools.say(args, name="stream", **{key: line[key] for key in line if key not in ("cpu", "file")})
    middle = sorted(found, key=lambda line: line["seconds"])[len(found) // 2]
    tools.say(args, summary="stream", rounds=len(found), **{key: middle[key] for key in (
        "seconds", "gigabytes_per_second", "gflops", "seconds_for_131784_rows", "blas")})


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)} (default: all)")
    ap.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    ap.add_argument("--folder", help="where the file of `stream` goes, 1.6 GB (default: a temporary folder)")
    tools.add_options(ap)
    args = ap.parse_args()
    for name in args.cases:
        if name not in CASES:
            ap.error(f"no case '{name}'; there are {', '.join(CASES)}")
    for name in args.cases or CASES:
        tools.start(args)
        if name == "stream":
            stream(args, CASES[name])
        else:
            compare(args, name, CASES[name])


if __name__ == "__main__":
    main()
