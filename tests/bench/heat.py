#!/usr/bin/python3
"""Do heat maps show where images are damaged? Rectangles of clip art are damaged by this script, `jobs/damage.yaml`
audits the pictures, and its heat maps are compared with the rectangles.

One line of JSON: of the damaged images with a heat map, the share whose hottest pixel lies in the rectangle, the mean
intersection over union at the best threshold and of the hottest area, and the seconds of stage `report`. The damage is
not made by oddlot's own code. Needs Debian's openclipart-png, python3-h5py and python3-pil."""
import argparse
import os
import pathlib
import warnings

import h5py
import numpy as np
from PIL import Image

from bench_tools import ROOT, add_options, oddlot, say, scratch, start

CLIPART = "/usr/share/openclipart/png"
KINDS = ("white", "black", "colour", "noise", "smear", "smooth", "duplicate")
SIDE = 64
Image.MAX_IMAGE_PIXELS = None  # picture() leaves large ones out
SEEN = 0.2  # share of the rectangle that must differ, or there is nothing to see
STEP = 8  # grey levels that count as another


def picture(path):
    """On the middle of a white square, as jobs/damage.yaml has it."""
    with Image.open(path) as given:
        if given.size[0] * given.size[1] > 3_000_000:
            return None
        image = given.convert("RGBA")
    square = Image.new("RGBA", (max(image.size),) * 2, "white")
    square.alpha_composite(image, ((square.width - image.width) // 2, (square.width - image.height) // 2))
    return np.array(square.convert("L").resize((SIDE, SIDE), Image.BICUBIC))


def pictures(count, rng):
    found, files = [], sorted(pathlib.Path(CLIPART).rglob("*.png"))
    for i in rng.permutation(len(files)):
        if len(found) == count:
            break
        image = picture(files[i])
        if image is not None:
            found.append(image)
    return np.stack(found)


def paint(kind, part, image, rng):
    """What the rectangle `part` becomes."""
    height, width = part.shape
    if kind == "smear":
        return np.repeat(part[:, :1], width, axis=1)
    if kind == "smooth":
        small = Image.fromarray(part).resize((max(1, width // 6), max(1, height // 6)), Image.BOX)
        return np.array(small.resize((width, height), Image.BILINEAR))
    if kind == "duplicate":
        left, top = rng.integers(0, SIDE - width + 1), rng.integers(0, SIDE - height + 1)
        return image[top:top + height, left:left + width].copy()
    levels = {"white": 255, "black": 0, "colour": rng.integers(0, 256), "noise": rng.integers(0, 256, part.shape)}
    return levels[kind]


def damage(image, rng):
    """Damage it where that can be seen: the rectangle (left, top, width, height) that differs."""
    while True:
        width, height = np.round(SIDE * rng.uniform(0.15, 0.5, 2)).astype(int)
        left, top = rng.integers(0, SIDE - width + 1), rng.integers(0, SIDE - height + 1)
        after = image.copy()
        part = after[top:top + height, left:left + width]
        part[:] = paint(KINDS[rng.integers(len(KINDS))], part, image, rng)
        rows, columns = np.nonzero(np.abs(after.astype(int) - image) > STEP)
        if len(rows) >= SEEN * width * height:
            image[:] = after
            return columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1


def make(path, count, damaged, seed):
    rng = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd PNG files
        images = pictures(count, rng)
    box = {int(i): damage(images[i], rng) for i in rng.choice(len(images), damaged, replace=False)}
    with h5py.File(path, "w") as file:
        file["images"], file["labels"] = images, np.isin(np.arange(len(images)), list(box)).astype("i4")
    return box


def inside(left, top, width, height):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[top:top + height, left:left + width] = True
    return mask


def overlap(a, b):
    return (a & b).sum() / (a | b).sum()


def compare(run, box):
    with h5py.File(f"{run}/report.h5") as report:
        seconds = float(report.attrs["seconds"])
        rows, maps, regions = (report["heat/" + name][:] for name in ("row", "map", "region"))
    hits, areas, curves = [], [], []
    for row, heat, region in zip(rows, maps, regions):
        if int(row) not in box:
            continue
        truth, way = inside(*box[int(row)]), (heat - heat.min()) / (np.ptp(heat) or 1)
        hits.append(truth.flat[heat.argmax()])
        areas.append(overlap(inside(*region), truth))
        curves.append([overlap(way >= threshold, truth) for threshold in np.arange(0.05, 1, 0.05)])
    return {"report_seconds": round(seconds, 2), "maps": len(rows), "damaged": len(hits), "hottest_inside": round(float(np.mean(hits)), 3),
            "overlap_best": round(float(np.mean(curves, axis=0).max()), 3),
            "overlap_area": round(float(np.mean(areas)), 3),
            "chance": round(float(np.mean([inside(*b).mean() for b in box.values()])), 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--damaged", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="settings of the job")
    add_options(parser)
    args = parser.parse_args()
    start(args)
    with scratch() as folder:
        catalogue, run = os.path.join(folder, "damaged.h5"), os.path.join(folder, "run")
        box = make(catalogue, args.images, args.damaged, args.seed)
        words = ["catalogue.kind=hdf5", f"catalogue.path={catalogue}", "catalogue.dataset=images",
                 "catalogue.label_dataset=labels", "contamination.theme=[0]", "report.top=500",
                 f"score.flag_share={args.damaged / args.images}"] + args.set
        oddlot(args, ["run", f"{ROOT}/jobs/damage.yaml", "-o", run] +
               [word for setting in words for word in ("--set", setting)])
        say(args, case="heat", images=args.images, settings=args.set, **compare(run, box))


main()
