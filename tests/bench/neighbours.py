#!/usr/bin/python3
"""Time the exact search for the k nearest rows, by which copies are found, against FAISS's IndexFlatL2.

2 ranks of 1 thread against a process of 2 threads, in turns, for each number of rows; some of the rows look for their
neighbours among all. Prints a line of JSON for every turn and a {"summary": ...} for each number of rows: medians of
seconds and of CPU seconds, their ratios ours / theirs, the share that either reaches of the peak of its own products,
by the clock and by CPU time, peaks of memory. FAISS is no Debian package: --faiss-python names a Python of a virtual
environment that has it."""
import argparse
import os

import bench_tools as tools

GOAL = 1.0


def ours(args, words):
    return tools.lines(tools.oddlot(args, ["bench", "neighbours", *words, "repeat=1"]))[0]


def theirs(args, words):
    peer = os.path.join(tools.HERE, "peer_neighbours.py")
    return tools.lines(tools.run([args.faiss_python, peer, *words, "repeat=1"], threads=2))[0]


def one_round(args, n):
    words = [f"n={n}", f"d={args.d}", f"k={args.k}", f"queries={min(n, args.queries)}"]
    lines = ours(args, words), theirs(args, words)
    for line in lines:
        tools.say(args, **{key: line[key] for key in line if key != "cpu"})
    return lines


def summarize(args, n, rounds):
    def median(side, key):
        return tools.median([line[side][key] for line in rounds])

    def ratio(key):
        return tools.significant(median(0, key) / median(1, key), 3)

    def shares(side):
        return [tools.significant(median(side, key), 3) for key in ("share_of_peak", "share_of_peak_cpu")]

    tools.say(args, summary="neighbours", n=n, d=args.d, k=args.k, queries=rounds[0][0]["queries"], rounds=len(rounds),
              ours=tools.significant(median(0, "seconds")), theirs=tools.significant(median(1, "seconds")),
              ours_cpu=tools.significant(median(0, "cpu_seconds")), theirs_cpu=tools.significant(median(1, "cpu_seconds")),
              ratio=ratio("seconds"), ratio_cpu=ratio("cpu_seconds"), goal=GOAL, ours_shares_of_peak=shares(0),
              theirs_shares_of_peak=shares(1), ours_megabytes_a_rank=median(0, "peak_megabytes_a_rank"),
              theirs_megabytes=median(1, "peak_megabytes"), peer=rounds[0][1]["peer"], blas=rounds[0][0]["blas"])


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("rows", nargs="*", type=int, default=[30000, 60000, 131784], help="(default 30000 60000 131784)")
    ap.add_argument("--d", type=int, default=1280, help="features (default 1280)")
    ap.add_argument("--k", type=int, default=64, help="neighbours (default 64)")
    ap.add_argument("--queries", type=int, default=16384, help="rows that look for theirs, at most (default 16384)")
    ap.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    ap.add_argument("--faiss-python", default=tools.PYTHON, metavar="FILE", help="a Python that has faiss")
    tools.add_options(ap)
    args = ap.parse_args()
    tools.start(args)
    for n in args.rows:
        summarize(args, n, [one_round(args, n) for _ in range(args.rounds)])


if __name__ == "__main__":
    main()
