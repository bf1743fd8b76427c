#!/usr/bin/python3
"""Time the networks of exports.py, exported with any number of images, against ONNX Runtime on the same files.

  networks.py FOLDER [--python FILE] [--threads T] [--batch N] [--rounds R] [--seconds S] [--bfloat16] [NAME...]

--python names a Python with torch, torchvision, timm, onnx, onnxscript, onnxruntime and h5py, by which files that
are not in FOLDER yet are exported (TorchScript, opset 17, seeded weights; 2 GB) and by which the peer runs. The
sides take turns, float32, one process each. A line of JSON for each network: images for a second by the clock and
for a second of CPU time, each of the fastest batch, as what disturbs only slows, and the ratios ours / theirs, also
those of each turn. With --bfloat16 ours run in bfloat16, too, beside both of them in float32."""
import argparse
import os
import subprocess
import sys

import bench_tools as tools

REPEAT = 3  # batches of ours in a turn

EXPORT = """
import sys, torch
sys.path.insert(0, sys.argv[1])
import exports
name, path = sys.argv[2:]
size = exports.SIZE.get(name, 224)
if name == "eva02_tiny":
    import timm
    timm.layers.set_fused_attn(False)
axes = {"images": {0: "batch"}, "out": {0: "batch"}}
torch.onnx.export(exports.make(name), (torch.rand(2, 3, size, size),), path, dynamo=False, opset_version=17,
                  input_names=["images"], output_names=["out"], dynamic_axes=axes)
"""


def names(args):
    """All of exports.py, which cannot be imported without torch."""
    words = "import sys; sys.path.insert(0, sys.argv[1]); import exports; print(*exports.TORCHVISION, *exports.TIMM)"
    return subprocess.check_output([args.python, "-c", words, tools.HERE], text=True).split()


def model_file(args, name):
    path = os.path.join(args.folder, f"{name}.onnx")
    if not os.path.exists(path):
        done = subprocess.run([args.python, "-c", EXPORT, tools.HERE, name, path], text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"networks.py: {name} cannot be exported: {done.stderr[-500:]}")
    return path


def ours(args, path, precision):
    words = ["bench", "forward", f"file={path}", f"n={args.batch}", f"precision={precision}", f"repeat={REPEAT}"]
    return tools.lines(tools.oddlot(args, words, 1, args.threads))


def theirs(args, path):
    peer = os.path.join(tools.HERE, "peer_forward.py")
    words = [args.python, peer, "onnxruntime", path, str(args.batch), "--threads", str(args.threads), "--seconds",
             str(args.seconds)]
    line = tools.lines(tools.run(words, args.threads))[0]
    return line["peer"], [dict(seconds=s, cpu_seconds=c) for s, c in zip(line["seconds"], line["cpu_seconds"])]


def fastest(lines, key):
    return min(line[key] for line in lines)


def measure(args, name):
    path, turns = model_file(args, name), []
    for _ in range(args.rounds):
        turn = dict(oddlot=ours(args, path, "f32"))
        peer, turn["onnxruntime"] = theirs(args, path)
        if args.bfloat16:
            turn["oddlot_bfloat16"] = ours(args, path, "bf16")
        turns.append(turn)
    all_of = {side: sum((turn[side] for turn in turns), []) for side in turns[0]}

    def speeds(key):
        """Images for a second of each side, and of ours the ratios to the peer's: of all turns, and of each."""
        of = {side: args.batch / fastest(lines, key) for side, lines in all_of.items()}
        ratios = {side: round(of[side] / of["onnxruntime"], 3) for side in of if side != "onnxruntime"}
        by_turn = [round(fastest(turn["onnxruntime"], key) / fastest(turn["oddlot"], key), 2) for turn in turns]
        return {side: tools.significant(value) for side, value in of.items()}, ratios, by_turn

    wall, ratios, by_turn = speeds("seconds")
    cpu, ratios_cpu, cpu_by_turn = speeds("cpu_seconds")
    half = {}
    if args.bfloat16:
        half = dict(ratio_bfloat16=ratios["oddlot_bfloat16"], ratio_cpu_bfloat16=ratios_cpu["oddlot_bfloat16"])
    own = all_of["oddlot"][0]
    tools.say(args, case="networks", network=name, n=args.batch, threads=args.threads, images_per_second=wall,
              ratio=ratios["oddlot"], ratios_of_turns=by_turn, images_per_cpu_second=cpu,
              ratio_cpu=ratios_cpu["oddlot"], ratios_cpu_of_turns=cpu_by_turn, **half,
              gflop_an_image=round(own["gflops"] * own["seconds"] / args.batch, 3), peer=peer, precision="float32")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder")
    ap.add_argument("names", nargs="*", metavar="NAME", help="(default: all)")
    ap.add_argument("--python", default=tools.PYTHON, metavar="FILE")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--rounds", type=int, default=1, help="turns of each side (default 1)")
    ap.add_argument("--seconds", type=float, default=0, help="of a turn of the peer, 3 batches at least")
    ap.add_argument("--bfloat16", action="store_true", help="ours in bfloat16, too")
    tools.add_options(ap)
    args = ap.parse_intermixed_args()
    tools.start(args)
    os.makedirs(args.folder, exist_ok=True)
    for name in args.names or names(args):
        measure(args, name)


if __name__ == "__main__":
    main()
