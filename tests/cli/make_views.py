#!/usr/bin/python3
"""A catalogue in which a view alone does not tell what is odd, and how well each ranks it.

    make_views.py make FOLDER      packshots on white, each of its own colour and shape, and among them
                                   20 scenes that fill the picture, one as the other; and 3 packshots
                                   that show something else. FOLDER.npy: what they show, in rows in which the
                                   scenes lie so tight that each is the most usual thing of all, and the
                                   three far away
    make_views.py new FOLDER       40 packshots of another day, and 3 that are odd in both
    make_views.py strange FOLDER   those three alone
    make_views.py judged RUN       all that is odd is flagged, and nothing else
    make_views.py told RUN         each flagged image is in one finding of kind odd
    make_views.py ranks RUN        the joined ranking finds all of them, no single view does"""
import csv
import os
import sys

import h5py
import numpy as np
from PIL import Image, ImageDraw

SHOTS, SCENES, OTHERS, SIDE, WIDTH = 237, 20, 3, 64, 24


def packshot(random):
    image = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(image)
    half_w, half_h = random.integers(12, 22), random.integers(16, 26)
    box = (32 - half_w, 32 - half_h, 32 + half_w, 32 + half_h)
    colour = tuple(int(c) for c in random.integers(20, 200, 3))
    (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=colour)
    draw.line((20, 32, 44, 30 + int(random.integers(-4, 5))), fill="black", width=2)
    return image


def scene(random):
    low = random.integers(40, 160, (6, 6, 3)).astype(np.uint8)
    return Image.fromarray(low).resize((SIDE, SIDE), Image.BICUBIC)


def make(folder, counts=(SHOTS, SCENES, OTHERS), odd=packshot, seed=3):
    random = np.random.default_rng(seed)
    kind = np.repeat([0, 1, 2], counts)
    random.shuffle(kind)
    os.makedirs(folder)
    rows = random.normal(size=(len(kind), WIDTH))
    rows[kind == 1] = 0.05 * random.normal(size=(counts[1], WIDTH))
    rows[kind == 2] = 8 + random.normal(size=(counts[2], WIDTH))
    for i, k in enumerate(kind):
        (packshot, scene, odd)[k](random).save(f"{folder}/{i:03}-{'odd' if k else 'usual'}.png")
    np.save(folder + ".npy", rows.astype("f4"))


def judged(run):
    with h5py.File(run + "/audit.h5") as f:
        odd = np.array([b"odd" in p for p in f["ingest/path"]])
        flagged = f["scores/flagged/row"][:]
    assert set(flagged) == set(np.flatnonzero(odd)) and odd.sum() == OTHERS, (flagged, np.flatnonzero(odd))


def auc(odd, score):
    order = np.argsort(np.argsort(score)) + 1.0
    n = odd.sum()
    return (order[odd].sum() - n * (n + 1) / 2) / (n * (len(odd) - n))


def ranks(run):
    with h5py.File(run + "/audit.h5") as f:
        odd = np.array([b"odd" in p for p in f["ingest/path"]])
        columns = {name: c[:] for name, c in f["scores/columns"].items()}
        flagged = f["scores/flagged/row"][:]
        rank = f["scores/rank"][:]
    value = {name: auc(odd, columns[name]) for name in ("joined", "layout", "meaning", "measured")}
    print(value)
    assert value["joined"] > 0.96, value
    assert value["meaning"] < 0.3, value  # by itself
    assert all(value["joined"] >= v for v in value.values()), value
    assert odd[flagged].sum() >= OTHERS and odd[flagged].all(), flagged
    assert rank[odd].max() < 0.15 * len(odd), rank[odd]


def told(run):
    with open(run + "/findings.csv") as findings, open(run + "/flagged.csv") as flagged:
        members = [int(f["members"]) for f in csv.DictReader(findings) if f["kind"] == "odd"]
        assert sum(members) == len(list(csv.DictReader(flagged))) > 0, members


if __name__ == "__main__":
    {
        "make": make,
        "new": lambda folder: make(folder, (40, 0, OTHERS), scene, 5),
        "strange": lambda folder: make(folder, (0, 0, OTHERS), scene, 5),
        "judged": judged,
        "ranks": ranks,
        "told": told,
    }[sys.argv[1]](sys.argv[2])
