#!/usr/bin/python3
"""How likely test digits are under a Boltzmann machine, beside what is published.

    likelihood.py WORK MNIST [--units 500] [--steps 1,25] [--epochs 20] [--chains 100] [--temperatures 10000]
                  [--set KEY=VALUE]...

MNIST: a folder with the four IDX files; each pixel is drawn on or off once, by its level, for all runs. A machine learns the
60,000 training images by CD-k with each k of --steps; its sum of states is estimated by annealed importance sampling. One
line of JSON each: mean log-probability of training and test images in nats, and that of the test images at both ends of three
deviations of the estimate. Published (Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks",
ICML 2008, table 1, 500 units): test images -125.53 by CD-1, -105.50 by CD-3, -86.34 by CD-25, learnt for 250 epochs and more.
"""
import argparse, gzip, json, os, time

import h5py
import numpy as np

import bench_tools

PUBLISHED = {1: -125.53, 3: -105.50, 25: -86.34}


def binary(folder, part, rng):
    with gzip.open(f"{folder}/{part}-images-idx3-ubyte.gz") as file:
        level = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    return rng.random(level.shape, np.float32) * 255 < level


def catalogue(args):
    """An IDX file of the training images, drawn; the test images."""
    rng = np.random.default_rng(1)
    train, test = binary(args.mnist, "train", rng), binary(args.mnist, "t10k", rng)
    with gzip.open(f"{args.work}/images.gz", "wb", 1) as out:
        out.write(np.array([0x803, len(train), 28, 28], ">u4").tobytes() + (train * np.uint8(255)).tobytes())
    return test


def free_energy(v, w, b, c):
    return -(v @ b) - np.logaddexp(0, v @ w.T + c).sum(1)


def one(args, steps, test):
    path, run = f"{args.work}/job.yaml", f"{args.work}/run-{steps}"
    with open(path, "w") as out:
        json.dump({"catalogue": {"kind": "idx", "path": "images.gz"}, "image": {"size": 28, "channels": "gray"},
                   "check": {"checks": []},
                   "train": {"task": "belief", "network": [f"dense {args.units}", "sigmoid"], "epochs": args.epochs,
                             "batch": 100, "belief": {"steps": steps, "chains": args.chains,
                                                      "temperatures": args.temperatures}}}, out)
    began = time.time()
    words = [word for setting in args.set for word in ("--set", setting)]
    for stage in ("ingest", "train"):
        bench_tools.oddlot(args, [stage, path, "-o", run] + words, ranks=args.ranks)
    with h5py.File(run + "/train.h5") as train:
        w, b, c = (train[f"layer1/{name}"][:].astype(float) for name in ("weight", "visible_bias", "hidden_bias"))
        log_z, low, high = (float(train[name][()]) for name in ("log_z", "log_z_low", "log_z_high"))
        learnt = float(train["log_likelihood"][()])
    energy = free_energy(test.astype(float), w, b, c).mean()
    bench_tools.say(args, bench="likelihood", units=args.units, steps=steps, epochs=args.epochs, chains=args.chains,
                    temperatures=args.temperatures, set=args.set, ranks=args.ranks, log_z=round(log_z, 2),
                    train=round(learnt, 2), test=round(-energy - log_z, 2), test_low=round(-energy - high, 2),
                    test_high=round(-energy - low, 2), published=PUBLISHED.get(steps) if args.units == 500 else None,
                    seconds=round(time.time() - began))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("mnist")
    parser.add_argument("--units", type=int, default=500)
    parser.add_argument("--steps", default="1,25")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--chains", type=int, default=100)
    parser.add_argument("--temperatures", type=int, default=10000)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of the job")
    parser.add_argument("--ranks", type=int, default=2)
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    test = catalogue(args)
    for steps in map(int, args.steps.split(",")):
        one(args, steps, test)


main()
