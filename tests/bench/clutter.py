#!/usr/bin/python3
"""Objects on cluttered ground: is a picture of another thing told, or only that its ground is busy?

  clutter.py FOLDER [--base footwear|products|clipart]... [--shares 0,0.25,0.5,1] [--seeds 1,2,3]
             [--data FOLDER] [--set KEY=VALUE]... [--program ...]

Makes catalogues of 2,000 objects of one kind and 100 of others, cut from their plain ground; a share of all of them, the
odd ones like the others, is put onto patches of photographs, the rest onto plain ground again. Then every method of
jobs/benchmarks/deep-forest.yaml ranks them (one run of that job: its table is in FOLDER/study). Bases:

  footwear  Fashion-MNIST's sandals, sneakers and boots among which are its other clothes; 28 x 28, grey
  products  Fashion Product Images (small) among which are things of clip art; 32 x 32, colours
  clipart   the other way round

Prints one JSON object for each catalogue and method, with the mean area under the ROC curve over the seeds."""
import argparse
import csv
import gzip
import json
import os
import random

import numpy as np
from PIL import Image
from scipy import ndimage

import planted_catalogues
from bench_tools import ROOT, add_options, oddlot, say, start

FASHION = "/usr/share/datasets/fashion-mnist/t10k"
COUNT, ODD, MOST_GROUND = 2000, 100, 0.9
SIZE = dict(footwear=28, products=32, clipart=32)


def footwear(sources):
    """(objects, odd ones): arrays of levels and of what is object, 0 to 1."""
    with gzip.open(FASHION + "-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    with gzip.open(FASHION + "-labels-idx1-ubyte.gz") as file:
        label = np.frombuffer(file.read(), np.uint8, offset=8)
    cut = [(image.astype(float), (image > 8).astype(float)) for image in images]
    kind = np.isin(label, [5, 7, 9])
    return [c for c, k in zip(cut, kind) if k], [c for c, k in zip(cut, kind) if not k]


def cut_out(picture, side):
    """What is not of the white that reaches the edge; None where that is hardly any, or nearly all."""
    picture = picture.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (side, side), "white")
    sheet.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    level = np.asarray(sheet, float)
    regions, _ = ndimage.label(level.min(2) > 235)
    edge = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    ground = np.isin(regions, np.unique(edge[edge > 0]))
    return (level, 1.0 - ground[:, :, None]) if 0.2 < ground.mean() < MOST_GROUND else None


def objects(found, side):
    cuts = (cut_out(planted_catalogues.opened(bytes_), side) for _, bytes_ in found)
    return [c for c in cuts if c]


def products(sources):
    return objects(sources["fashion"], 32), objects(sources["clipart"], 32)


def clipart(sources):
    return products(sources)[::-1]


def grounds(sources, side, grey):
    patches = []
    for _, found in sources["photos"]:
        patch = planted_catalogues.opened(found).resize((side, side), Image.Resampling.LANCZOS)
        level = np.asarray(patch.convert("L" if grey else "RGB"), float)
        patches.append(level.reshape(side, side, -1))
    return patches


def compose(rng, cut, patches, share, plain):
    level, is_object = cut
    ground = rng.choice(patches) if rng.random() < share else plain
    return (level * is_object + ground * (1 - is_object)).round().clip(0, 255).astype(np.uint8)


def make(home, rng, kinds, patches, share, plain):
    table = os.path.join(home, "catalogue.csv")
    if os.path.exists(table):
        return table
    os.makedirs(os.path.join(home, "images"), exist_ok=True)
    drawn = [(c, "theme") for c in rng.sample(kinds[0], min(COUNT, len(kinds[0])))]
    drawn += [(c, "other") for c in rng.sample(kinds[1], ODD)]
    rng.shuffle(drawn)
    with open(table + ".new", "w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["path", "label"])
        for i, (cut, label) in enumerate(drawn):
            picture = compose(rng, cut, patches, share, plain).squeeze()
            Image.fromarray(picture).save(os.path.join(home, f"images/{i:05d}.png"))
            lines.writerow([f"images/{i:05d}.png", label])
    os.replace(table + ".new", table)
    return table


def study(given, folder, base, rows):
    side = SIZE[base]
    settings = ["study.seeds=1", f"study.rows=[{', '.join(rows)}]", "catalogue.kind=manifest", "catalogue.labels=[]",
                "contamination.theme=[theme]", "contamination.theme_count=-1", "contamination.anomaly_share=-1",
                f"image.size={side}", f"image.channels={'gray' if base == 'footwear' else 'rgb'}", *given.set]
    command = ["run", os.path.join(ROOT, "jobs/benchmarks/deep-forest.yaml"), "-o", folder]
    for setting in settings:
        command += ["--set", setting]
    oddlot(given, command)
    with open(os.path.join(folder, "study.csv")) as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--base", action="append", choices=list(SIZE))
    parser.add_argument("--shares", default="0,0.25,0.5,1")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--set", action="append", default=[])
    add_options(parser)
    given = parser.parse_args()
    start(given)
    sources = planted_catalogues.Sources(given.data)
    for base in given.base or list(SIZE):
        kinds = globals()[base](sources)
        patches = grounds(sources, SIZE[base], base == "footwear")
        plain, rows = np.full((SIZE[base], SIZE[base], 1), 0.0 if base == "footwear" else 255.0), []
        for share in given.shares.split(","):
            for seed in given.seeds.split(","):
                home = os.path.abspath(os.path.join(given.folder, f"{base}-{share}-{seed}"))
                table = make(home, random.Random(f"{base} {share} {seed}"), kinds, patches, float(share), plain)
                rows.append(f'"{base} {share} {seed} | catalogue.path={table}"')
        found = {}
        for line in study(given, os.path.join(given.folder, f"study-{base}"), base, rows):
            if line["row"].startswith(base):
                found.setdefault((line["row"].split()[1], line["column"]), []).append(float(line["figure"]))
        for (share, method), auc in found.items():
            say(given, bench="clutter", base=base, share=float(share), method=method, seeds=len(auc),
                auc=round(float(np.mean(auc)), 4), low=round(min(auc), 4), high=round(max(auc), 4))


if __name__ == "__main__":
    main()
