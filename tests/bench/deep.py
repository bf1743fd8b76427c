#!/usr/bin/python3
"""Time deep features from image files to HDF5 against the network alone.

  deep.py MODEL.onnx [MODEL.onnx...] [--precision f32] [--data FOLDER]

Ingest and features (attribute `seconds` of their files: reading, decoding, resizing, loading the model,
forward, writing and flushing) against `oddlot bench forward` at the same batch, precision, ranks and
threads, before and after. Images: imagenet-1000.tar of --data, else JPEGs made of Debian's openclipart-png.
`whole` is ingest and features, `stage` features alone, both in multiples of the network's own time.
"""
import argparse
import os

import h5py

import bench_tools as tools
from ingest import CASES, shard_of

GOAL = 1.10  # of the network alone, in f32


def size_of(args, model):
    """Side of the images that the model reads: 'x' (N, 3, 224, 224)."""
    head = tools.run([args.program, "model", "info", model]).splitlines()[0]
    return int(head.split("(", 1)[1].split(")", 1)[0].split("x")[-1].split(",")[-1])


def write_job(args, folder, model, size, shard):
    path = os.path.join(folder, "deep.yaml")
    with open(path, "w") as file:
        file.write(f"catalogue: {{kind: tar, path: {shard}}}\n"
                   f"image: {{size: {size}, channels: rgb}}\n"
                   f"features: {{source: onnx, onnx: {{model: {os.path.abspath(model)}, layer: {args.layer}, "
                   f"batch: {args.batch}, precision: {args.precision}}}}}\n")
    return path


def stage(args, folder, job, name):
    """(images, seconds) of a stage that is done anew."""
    run = os.path.join(folder, "run")
    path = os.path.join(run, name + ".h5")
    if os.path.exists(path):
        os.remove(path)
    tools.oddlot(args, [name, job, "-o", run], ranks=args.ranks, threads=args.threads)
    with h5py.File(path) as file:
        return len(file["images" if name == "ingest" else "features"]), float(file.attrs["seconds"])


def forward(args, model):
    """Images a second of all ranks, and the precision in force."""
    words = ["bench", "forward", f"file={model}", f"n={args.batch}", f"precision={args.precision}", "repeat=9"]
    found = tools.lines(tools.oddlot(args, words, ranks=args.ranks, threads=args.threads))
    rate = tools.median([line["images_per_second_per_rank"] for line in found])
    return args.ranks * rate, found[0]["precision"]


def measure(args, model, folder, shard, of):
    size = size_of(args, model)
    job = write_job(args, folder, model, size, shard)
    whole, alone = [], []
    for _ in range(args.rounds):
        before, precision = forward(args, model)
        images, ingest = stage(args, folder, job, "ingest")
        _, features = stage(args, folder, job, "features")
        rate = (before + forward(args, model)[0]) / 2
        network = images / rate
        whole.append((ingest + features) / network)
        alone.append(features / network)
        tools.say(args, case="deep", model=os.path.basename(model), images=images, shard=of, size=size,
                  batch=args.batch, ranks=args.ranks, threads=args.threads, precision=precision,
                  ingest_seconds=tools.significant(ingest), features_seconds=tools.significant(features),
                  forward_seconds=tools.significant(network), forward_per_second=tools.significant(rate))
    tools.say(args, case="deep", summary=True, model=os.path.basename(model), precision=precision,
              whole=tools.significant(tools.median(whole), 3), stage=tools.significant(tools.median(alone), 3),
              goal=GOAL if precision == "float32" else None, rounds=args.rounds)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("models", nargs="+", metavar="MODEL.onnx")
    ap.add_argument("--data", help="folder with imagenet-1000.tar")
    ap.add_argument("--precision", choices=["f32", "bf16", "auto"], default="f32")
    ap.add_argument("--layer", default="pooled")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--ranks", type=int, default=2)
    ap.add_argument("--threads", type=int, default=1, help="of each rank")
    ap.add_argument("--rounds", type=int, default=3)
    tools.add_options(ap)
    args = ap.parse_args()
    tools.start(args)
    with tools.scratch() as folder:
        shard, of = shard_of(args, CASES["photos"], folder)
        for model in args.models:
            measure(args, model, folder, shard, of)


if __name__ == "__main__":
    main()
