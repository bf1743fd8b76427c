#!/usr/bin/python3
"""Time an epoch of a restricted Boltzmann machine of oddlot against scikit-learn's BernoulliRBM, both with persistent chains
and with as many threads.

    rbm.py --peer-python FILE [CASE...]     a Python with scikit-learn

They take turns; what counts is the ratio of medians, of seconds and of CPU seconds. Threads that wait sleep
(OMP_WAIT_POLICY=passive), else on a busy machine CPU seconds are those of waiting; scikit-learn's BLAS has no such setting, so the
cases of one thread are the fair ones there. The peer works in float32, as ours does, where it is given such rows, else in float64;
`floor` is what the matrix products alone take at the rate of large ones, as a share of the peer's CPU time.
"""
import argparse
import os
import sys

import bench_tools as tools

CASES = {
    "batch-100": dict(words=["n=10000", "batch=100"], threads=1),
    "batch-10": dict(words=["n=2000", "batch=10"], threads=1),
    "float64": dict(words=["n=10000", "batch=100"], theirs=["bits=64"], threads=1),
    "threads": dict(words=["n=10000", "batch=100"], threads=2),
}


def one_round(args, name, case):
    ours = tools.lines(tools.oddlot(args, ["bench", "rbm", *case["words"], "repeat=1"], ranks=1, threads=case["threads"]))[0]
    script = os.path.join(tools.HERE, "peer_rbm.py")
    theirs = tools.lines(tools.run([args.peer_python, script, *case["words"], *case.get("theirs", [])], threads=case["threads"]))[0]
    for line in (ours, theirs):
        tools.say(args, name=name, **{key: line[key] for key in line if key != "cpu"})
    return ours, theirs


def summarize(args, name, rounds):
    by = ("seconds", "cpu_seconds")
    ours, theirs = ([tools.median([r[side][key] for r in rounds]) for key in by] for side in (0, 1))
    tools.say(args, summary=name, peer=rounds[0][1]["peer"], goal=0.2, rounds=len(rounds),
              seconds_ours=ours[0], seconds_theirs=theirs[0], cpu_seconds_ours=ours[1], cpu_seconds_theirs=theirs[1],
              products_seconds=min(r[1]["products_seconds"] for r in rounds),
              floor=tools.significant(min(r[1]["products_seconds"] for r in rounds) / theirs[1], 2),
              ratio=tools.significant(ours[0] / theirs[0], 2), cpu_ratio=tools.significant(ours[1] / theirs[1], 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tools.add_options(parser)
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has the peer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("case", nargs="*", help=" ".join(CASES))
    args = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    tools.start(args)
    for name in args.case or CASES:
        summarize(args, name, [one_round(args, name, CASES[name]) for _ in range(args.rounds)])


main()
