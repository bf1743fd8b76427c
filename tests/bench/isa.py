#!/usr/bin/python3
"""How far apart are the results of two instruction sets? The same jobs under each ODDLOT_ISA that this CPU has,
against those of all that it has.

A line of JSON for each instruction set: features of one network (`features`, largest difference over the largest
value); what training makes of the same catalogue, which sees rounding grow over its steps (`codes` of an auto-encoder,
likewise; `probability` of damage, largest difference, and its rank correlation); the audit of jobs/footwear.yaml (`auc`,
and how many flagged images are not the same). Needs dataset-fashion-mnist and python3-h5py."""
import argparse
import os
import re

import h5py
import numpy as np

from bench_tools import ROOT, add_options, oddlot, say, scratch, significant, start

KINDS = ("avx512", "avx2", "avx", "sse41")
FASHION = "/usr/share/datasets/fashion-mnist/t10k-"
CATALOGUE = f"""
catalogue: {{kind: idx, path: {FASHION}images-idx3-ubyte.gz, labels: {FASHION}labels-idx1-ubyte.gz}}
contamination: {{theme: [5, 7, 9], seed: 1}}
image: {{size: 28, channels: gray}}
"""
CODES = CATALOGUE + """
train:
  task: autoencoder
  network: [conv 16 5x5 stride 2 pad 2, relu, conv 32 3x3 stride 2, relu, dense 500, relu, dense 10]
  epochs: 4
features: {source: trained}
reduce: {method: none}
"""
DAMAGE = CATALOGUE + """
train:
  network: [conv 8 5x5, relu, max_pool 2, conv 8 5x5, relu, max_pool 2, dense 1]
  folds: 2
  epochs: 4
  damage: {kinds: [square, missing], side: 10}
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def column(run, file, name):
    with h5py.File(os.path.join(run, file)) as f:
        return f[name][:].astype(float)


def run_all(args, folder, kind, model):
    """Every job with no more than this instruction set; the figures of each."""
    os.environ["ODDLOT_ISA"] = kind
    at = lambda name: os.path.join(folder, f"{name}-{kind or 'all'}")
    codes = write(os.path.join(folder, "codes.yaml"), CODES)
    damage = write(os.path.join(folder, "damage.yaml"), DAMAGE)
    for stage in ("ingest", "train", "features"):
        oddlot(args, [stage, codes, "-o", at("codes")])
    model = model or os.path.join(at("codes"), "networks/encoder.onnx")
    words = ["--set", "train.network=[]", "--set", "features.source=onnx", "--set", f"features.onnx.model={model}",
             "--set", "features.onnx.layer=code"]
    oddlot(args, ["ingest", codes, "-o", at("features")] + words)
    oddlot(args, ["features", codes, "-o", at("features")] + words)
    for stage in ("ingest", "train"):
        oddlot(args, [stage, damage, "-o", at("damage")])
    oddlot(args, ["run", os.path.join(ROOT, "jobs/footwear.yaml"), "-o", at("footwear")])
    with open(os.path.join(at("footwear"), "flagged.csv")) as file:
        flagged = {line.split(",")[2] for line in file}
    with h5py.File(os.path.join(at("footwear"), "evaluate.h5")) as f:
        auc = float(f["metrics/roc_auc/score"][()])
    return dict(features=column(at("features"), "features.h5", "features"),
                codes=column(at("codes"), "features.h5", "features"),
                damage=column(at("damage"), "train.h5", "calibrated"), flagged=flagged, auc=auc), model


def apart(a, b):
    return significant(float(np.abs(a - b).max() / np.abs(a).max()), 2)


def rank_correlation(a, b):
    rank = lambda x: np.argsort(np.argsort(x))
    return significant(float(np.corrcoef(rank(a), rank(b))[0, 1]), 6)


def compare(own, other):
    known = ~np.isnan(own["damage"]) & ~np.isnan(other["damage"])
    a, b = own["damage"][known], other["damage"][known]
    return dict(features=apart(own["features"], other["features"]), codes=apart(own["codes"], other["codes"]),
                probability=significant(float(np.abs(a - b).max()), 2), probability_ranks=rank_correlation(a, b),
                auc=round(other["auc"], 6), auc_of_all=round(own["auc"], 6), flagged=len(own["flagged"]),
                flagged_differ=len(own["flagged"] ^ other["flagged"]))


def has(args, kind):
    """Doctor tells what is left of the limit on this CPU."""
    os.environ["ODDLOT_ISA"] = kind
    used = re.search(r"loops +oddlot's own use ([\w.-]+)", oddlot(args, ["doctor"], ranks=1)).group(1)
    return used.lower().replace("-", "").replace(".", "") == kind


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    args = parser.parse_args()
    start(args)
    with scratch() as folder:
        own, model = run_all(args, folder, "", None)
        for kind in KINDS:
            if has(args, kind):
                other, _ = run_all(args, folder, kind, model)
                say(args, case="isa", isa=kind, **compare(own, other))


if __name__ == "__main__":
    main()
