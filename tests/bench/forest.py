#!/usr/bin/python3
"""Time the isolation forest of oddlot, grown and all rows scored, against scikit-learn's and isotree's: 1 rank of 2 threads,
2 threads.

    forest.py --peer-python FILE [CASE...]     a Python with scikit-learn, isotree and pandas, such as of a virtual environment

They take turns, so that all see the same machine, and what counts is the ratio of medians: of seconds, and of CPU
seconds of all threads, which other work on the machine disturbs less; threads that wait sleep (OMP_WAIT_POLICY=passive), so
that these are seconds of work. A line of JSON for every run, then a summary for
each case. Ours also tells which features isolate the oddest tenth of the rows, which the others do not.
"""
import argparse
import os
import sys

import bench_tools as tools

ROWS = 131784  # images in the catalogue of the retailer that this began with
CASES = {
    "narrow": dict(words=[f"n={ROWS}", "d=64"], peers=["scikit-learn", "isotree"]),
    "wide": dict(words=[f"n={ROWS}", "d=1280"], peers=["scikit-learn", "isotree"]),
    "sparse": dict(words=[f"n={ROWS}", "d=3000", "active=10"], peers=["scikit-learn", "isotree"]),
    "planes": dict(words=[f"n={ROWS}", "d=64", "dimensions=3"], peers=["isotree"]),
}
GOALS = {"scikit-learn": 0.10, "isotree": 1.0}


def one_round(args, name, case):
    first, ours = tools.lines(tools.oddlot(args, ["bench", "forest", *case["words"], "repeat=2"], ranks=1, threads=2))
    runs = {"oddlot": dict(ours, megabytes_a_rank=first["megabytes_a_rank"])}  # the second finds room that the first had
    for peer in case["peers"]:
        script = os.path.join(tools.HERE, "peer_forest.py")
        runs[peer] = tools.lines(tools.run([args.peer_python, script, peer, *case["words"]], threads=2))[0]
    for line in runs.values():
        tools.say(args, name=name, **{key: line[key] for key in line if key != "cpu"})
    return runs


def summarize(args, name, case, rounds):
    for peer in case["peers"]:
        median = {(side, by): tools.median([r[side][by] for r in rounds])
                  for side in ("oddlot", peer) for by in ("seconds", "cpu_seconds")}
        tools.say(args, summary=name, peer=rounds[0][peer]["peer"], goal=GOALS[peer], rounds=len(rounds),
                  **{f"{by}_{who}": tools.significant(median[side, by])
                     for by in ("seconds", "cpu_seconds") for who, side in (("ours", "oddlot"), ("theirs", peer))},
                  megabytes_ours=max(r["oddlot"]["megabytes_a_rank"] for r in rounds),
                  megabytes_theirs=max(r[peer]["megabytes_more"] for r in rounds),
                  ratio=tools.significant(median["oddlot", "seconds"] / median[peer, "seconds"], 2),
                  cpu_ratio=tools.significant(median["oddlot", "cpu_seconds"] / median[peer, "cpu_seconds"], 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tools.add_options(parser)
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has the peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("case", nargs="*", help=" ".join(CASES))
    args = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    tools.start(args)
    for name in args.case or CASES:
        summarize(args, name, CASES[name], [one_round(args, name, CASES[name]) for _ in range(args.rounds)])


main()
