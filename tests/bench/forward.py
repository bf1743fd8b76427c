#!/usr/bin/python3
"""Time networks in oddlot against ONNX Runtime on the same files and Debian's PyTorch on the same topologies.

Two set-ups: 1 rank of 2 threads against a process of 2 threads, and 2 ranks of 1 thread against 2 processes of
1 thread at once. For each batch size the sides take turns; what counts is images a second at the best batch
size of each side, from the medians. Prints a line of JSON for every turn and a {"summary": ...} for each
network and set-up. A peer that is missing is skipped: ONNX Runtime is no Debian package, so --ort-python names
a Python of a virtual environment outside the repository that has it."""
import argparse
import json
import os
import subprocess
import sys

import bench_tools as tools

MODELS = ("mobilenet-v2", "efficientnet-b0", "resnet-50", "inception-v4")
SETUPS = {"1x2": (1, 2), "2x1": (2, 1)}  # ranks or processes, threads of each
GOALS = {"onnxruntime": dict.fromkeys(MODELS, 1.0),
         "torch": {"mobilenet-v2": 3.0, "efficientnet-b0": 3.0, "resnet-50": 2.0, "inception-v4": 2.0}}
MISSING = 77
REPEAT = 7  # batches of ours in a turn


def model_file(args, name):
    """The file of a network with random weights, made where it is not there."""
    path = os.path.join(args.models, f"{name}.onnx")
    if not os.path.exists(path):
        os.makedirs(args.models, exist_ok=True)
        tools.run([tools.PYTHON, os.path.join(tools.ROOT, "jobs/backbones/export.py"), name, path, "--seed", "1"])
    return path


def ours(args, name, setup, n):
    ranks, threads = SETUPS[setup]
    words = ["bench", "forward", f"file={model_file(args, name)}", f"n={n}", f"precision={args.precision}",
             f"repeat={REPEAT}"]
    found = tools.lines(tools.oddlot(args, words, ranks, threads))
    speed = ranks * tools.median([line["images_per_second_per_rank"] for line in found])
    return dict(images_per_second=speed, share_of_peak=tools.median([line["share_of_peak"] for line in found]),
                precision=found[0]["precision"])


def theirs(args, peer, name, setup, n):
    """None where the peer is missing."""
    processes, threads = SETUPS[setup]
    python, what = (args.ort_python, model_file(args, name)) if peer == "onnxruntime" else (tools.PYTHON, name)
    script = os.path.join(tools.HERE, "peer_forward.py")
    done = subprocess.run([python, script, peer, what, str(n), "--processes", str(processes), "--threads",
                           str(threads), "--seconds", str(args.seconds)], text=True, capture_output=True,
                          env=dict(os.environ, OMP_NUM_THREADS=str(threads)))
    if done.returncode == MISSING:
        return None
    if done.returncode != 0:
        sys.exit(f"forward.py: {peer}, {name}: {done.stderr}")
    line = json.loads(done.stdout)
    return dict(peer=line["peer"], images_per_second=processes * n / tools.median(line["seconds"]))


def one_turn(args, sides, name, setup, n, found):
    for side in list(sides):
        line = ours(args, name, setup, n) if side == "oddlot" else theirs(args, side, name, setup, n)
        if line is None:
            sides.remove(side)
            tools.say(args, skipped=side, why="it is not installed")
            continue
        line["images_per_second"] = tools.significant(line["images_per_second"])
        tools.say(args, name=name, setup=setup, n=n, side=side, **line)
        found.setdefault(side, {}).setdefault(n, []).append(line)


def best(lines_of_n):
    """(images a second, n, lines) at the batch size with the highest median."""
    return max((tools.median([line["images_per_second"] for line in lines]), n, lines)
               for n, lines in lines_of_n.items())


def summarize(args, name, setup, found):
    speed, n, lines = best(found["oddlot"])
    fields = dict(summary=name, setup=setup, precision=lines[0]["precision"], rounds=args.rounds,
                  ours=tools.significant(speed), n=n,
                  share_of_peak=tools.significant(tools.median([line["share_of_peak"] for line in lines]), 3))
    for side in found:
        if side != "oddlot":
            their_speed, their_n, their_lines = best(found[side])
            fields[side] = dict(peer=their_lines[0]["peer"], images_per_second=tools.significant(their_speed),
                                n=their_n,
                                ratio=tools.significant(speed / their_speed, 3), goal=GOALS[side][name])
    tools.say(args, **fields)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODELS)} (default: all)")
    ap.add_argument("--models", default=os.path.join(tools.ROOT, "build/backbones"), metavar="FOLDER",
                    help="NAME.onnx files; those that are missing are made (default build/backbones)")
    ap.add_argument("--ort-python", default=tools.PYTHON, metavar="FILE", help="a Python that has onnxruntime")
    ap.add_argument("--peers", nargs="*", default=list(GOALS), choices=GOALS, help="(default: both)")
    ap.add_argument("--setups", nargs="+", default=list(SETUPS), choices=SETUPS)
    ap.add_argument("--batches", nargs="+", type=int, default=[1, 8, 32], metavar="N")
    ap.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    ap.add_argument("--seconds", type=float, default=2, help="of a turn of a peer (default 2)")
    ap.add_argument("--precision", default="f32", help="of ours: f32, bf16 (default f32)")
    tools.add_options(ap)
    args = ap.parse_args()
    for name in args.names:
        if name not in MODELS:
            ap.error(f"no network '{name}'; there are {', '.join(MODELS)}")
    tools.start(args)
    sides = ["oddlot", *args.peers]
    for name in args.names or MODELS:
        for setup in args.setups:
            found = {}
            for n in args.batches * args.rounds:
                one_turn(args, sides, name, setup, n, found)
            summarize(args, name, setup, found)


if __name__ == "__main__":
    main()
