#!/usr/bin/python3
"""Time training by oddlot (1 rank of 2 threads) against PyTorch (2 threads), seconds per 1000 images.

The same networks, batches and optimizer (Adam) over random images; the two take turns, so that both see
the same machine. Prints a line of JSON for every run and, last, a summary for each case."""
import argparse
import os

import bench_tools as tools

CASES = {
    "cnn": dict(network="cnn", n=2048, batch=32, goal=0.7),
    "cnn-256": dict(network="cnn", n=2048, batch=256, goal=0.7),
    "autoencoder": dict(network="autoencoder", n=2048, batch=256, goal=0.5),
    "lenet": dict(network="lenet", n=8192, batch=128, goal=0.5),
    "dense": dict(network="dense", n=4096, batch=256, goal=None),
    "efficientnet-b0": dict(network="efficientnet-b0", n=128, batch=32, goal=0.8),
}


def one_round(args, name, case):
    """Seconds per 1000 images: ours, theirs."""
    n, threads = case["n"] // (4 if args.quick else 1), 1 if args.by_cpu else 2
    words = [f"n={n}", f"batch={case['batch']}"]
    network = f"file={args.b0}" if name == "efficientnet-b0" else f"network={case['network']}"
    ours = tools.lines(tools.oddlot(args, ["bench", "train", network, *words, "repeat=1", f"shards={args.shards}"],
                                    ranks=1, threads=threads))[0]
    peer = os.path.join(tools.HERE, "peer_train.py")
    theirs = tools.lines(tools.run([args.peer_python, peer, case["network"], *words, f"threads={threads}"], threads=threads))[0]
    for line in (ours, theirs):
        tools.say(args, name=name, **{key: line[key] for key in line if key != "cpu"})
    if not args.by_cpu:
        return ours["seconds_per_1000"], theirs["seconds_per_1000"]
    images = n // case["batch"] * case["batch"]
    return tuple(1000 * line["cpu_seconds"] / images for line in (ours, theirs))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)} (default: all)")
    ap.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    ap.add_argument("--quick", action="store_true", help="a quarter of the images")
    ap.add_argument("--by-cpu", action="store_true", help="one thread on both sides and CPU seconds, for a machine that others use")
    ap.add_argument("--peer-python", default=tools.PYTHON, help="a Python with another PyTorch (default Debian's)")
    ap.add_argument("--shards", type=int, default=8, help="of a batch of ours (default 8)")
    ap.add_argument("--b0", metavar="FILE", help="networks/fold-1.onnx of a run of jobs/efficientnet-b0.yaml, for its case")
    tools.add_options(ap)
    args = ap.parse_args()
    for name in args.cases:
        if name not in CASES:
            ap.error(f"no case '{name}'; there are {', '.join(CASES)}")
    if "efficientnet-b0" in args.cases and not args.b0:
        ap.error("efficientnet-b0 wants --b0 FILE")
    for name in args.cases or [name for name in CASES if args.b0 or name != "efficientnet-b0"]:
        tools.start(args)
        rounds = [one_round(args, name, CASES[name]) for _ in range(args.rounds)]
        ours, theirs = (tools.median([pair[side] for pair in rounds]) for side in (0, 1))
        tools.say(args, summary=name, of=f"{'cpu_' if args.by_cpu else ''}seconds_per_1000", rounds=len(rounds), ours=tools.significant(ours),
                  theirs=tools.significant(theirs), ratio=tools.significant(ours / theirs, 3),
                  goal=CASES[name]["goal"])


if __name__ == "__main__":
    main()
