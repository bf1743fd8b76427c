#!/usr/bin/python3
"""Time PCA, EM, k-means and its starts of oddlot (2 ranks of 1 thread) against scikit-learn and numpy (2 threads).

The two take turns, so that both see the same machine; what counts is the ratio of their medians. Prints
a line of JSON for every run and, at the end, one for each case: {"summary": ...} with medians, ratio
ours / theirs, the goal, and the share of the GEMM peak that ours reached. EM and k-means: both sides are timed with all
iterations and with one, the difference is the time per iteration, free of how each of them starts. Starts: greedy
k-means++ on both sides.

Flops that are counted for that share, n rows of d features:
  pca     float32: n d^2 (the scatter) + 4/3 d^3 + 2 k d^2 (tridiagonal form, vectors back)
  em      as if all were float64, where most is float32: each pass 2 n d^2 (whitening for two components) + `own` n d^2, where `own` is the
          share of rows that weigh anything in the smaller component: the scatter of the larger one is
          the rest of the total, which is computed once, n d^2; one more pass than iterations
"""
import argparse
import os

import bench_tools as tools

ROWS = 131784  # images in the catalogue of the retailer that this began with

# em500 is done after 3 iterations, as its two components lie far apart; in em500-overlap they do not.
CASES = {
    "pca": dict(words=("pca", f"n={ROWS}", "d=1536", "k=500"), goal=0.8, by="seconds"),
    "em64": dict(words=("em", f"n={ROWS}", "d=64", "iterations=5", "wider=50"), goal=0.15,
                 by="seconds_per_iteration", own=1),
    "em500": dict(words=("em", f"n={ROWS}", "d=500", "iterations=3", "wider=50"), goal=0.3,
                  by="seconds_per_iteration", own=0.25),
    "em500-overlap": dict(words=("em", f"n={ROWS}", "d=500", "iterations=5", "wider=5"), goal=0.3,
                          by="seconds_per_iteration", own=1),
    "kmeans": dict(words=("kmeans", f"n={ROWS}", "d=64", "k=10", "iterations=20", "wider=50"), goal=0.8,
                   by="seconds_per_iteration"),
    "starts": dict(words=("starts", f"n={ROWS}", "d=64", "k=100", "wider=50"), goal=1, by="seconds"),
}


def flops(case, line):
    """(numbers of which type, flops of the whole run); None for what is not bound by products."""
    n, d = line["n"], line["d"]
    if case["words"][0] == "pca":
        return "float32", n * d**2 + 4 / 3 * d**3 + 2 * line["k"] * d**2
    if case["words"][0] == "em":
        return "float64", n * d**2 * (1 + (2 + case["own"]) * (line["iterations_done"] + 1))
    return None


def peaks(args):
    """Median Gflop/s of the product that both ranks do at once, by type."""
    found = tools.lines(tools.oddlot(args, ["bench", "gemm", "repeat=3"], ranks=1 if args.by_cpu else 2))
    return {kind: tools.median([line["gflops"] for line in found if line["type"] == kind])
            for kind in ("float32", "float64")}


def one_round(args, name, case, words):
    """Ours, then theirs: their lines, and the peaks of the moment."""
    peak = peaks(args)
    ranks, threads = (1, 1) if args.by_cpu else (2, 2)
    ours = tools.lines(tools.oddlot(args, ["bench", *words, "repeat=1"], ranks=ranks))[0]
    work = flops(case, ours)
    if work:
        ours.update(gflops=round(work[1] / ours["seconds"] / 1e9, 1), peak_gflops=peak[work[0]])
    peer = os.path.join(tools.HERE, "peer_models.py")
    theirs = tools.lines(tools.run([args.peer_python, peer, *words], threads=threads))
    for line in (ours, *theirs):
        tools.say(args, name=name, **{key: line[key] for key in line if key != "cpu"})
    return ours, theirs


def summarize(args, name, case, rounds):
    by = "cpu_" + case["by"] if args.by_cpu else case["by"]
    ours = tools.median([ours[by] for ours, _ in rounds])
    theirs = {}
    for _, peers in rounds:
        for line in peers:
            theirs.setdefault(line["peer"], []).append(line[by])
    medians = {peer: tools.median(values) for peer, values in theirs.items()}
    fastest = min(medians, key=medians.get)
    ratio = tools.median([mine[by] / min(line[by] for line in peers) for mine, peers in rounds])
    shares = [mine["gflops"] / mine["peak_gflops"] for mine, _ in rounds if "gflops" in mine]
    tools.say(args, summary=name, of=by, rounds=len(rounds), ours=tools.significant(ours),
              theirs={peer: tools.significant(value) for peer, value in medians.items()}, fastest=fastest,
              ratio=tools.significant(ours / medians[fastest], 3), ratio_by_round=tools.significant(ratio, 3),
              goal=case["goal"], share_of_peak=tools.significant(tools.median(shares), 3) if shares else None,
              blas=rounds[0][0]["blas"])


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)} (default: all)")
    ap.add_argument("--rounds", type=int, default=5, help="turns of each side (default 5)")
    ap.add_argument("--quick", action="store_true", help="a tenth of the rows")
    ap.add_argument("--by-cpu", action="store_true",
                    help="one thread on both sides and ratios of CPU seconds, for a machine that others use (PCA, EM, k-means)")
    ap.add_argument("--peer-python", default=tools.PYTHON,
                    help="a Python with newer peers, such as of a virtual environment (default Debian's)")
    tools.add_options(ap)
    args = ap.parse_args()
    for name in args.cases:
        if name not in CASES:
            ap.error(f"no case '{name}'; there are {', '.join(CASES)}")
    for name in args.cases or CASES:
        tools.start(args)
        case = CASES[name]
        words = [word.replace(str(ROWS), str(ROWS // 10)) for word in case["words"]] if args.quick else case["words"]
        summarize(args, name, case, [one_round(args, name, case, words) for _ in range(args.rounds)])


if __name__ == "__main__":
    main()
