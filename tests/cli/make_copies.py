"""Images with copies among them: make_copies.py FOLDER, or make_copies.py check FINDINGS.

Products are drawn by a seed. Of some there are copies: in another format, re-encoded, resized, mirrored, cut, in other
light; of others there are near misses, which are no copies: another colour, a sign on the product, a spot of five
pixels that is not seen in a thumbnail, and outlines so thin that in levels all are alike. One picture stands on seven
products in two folders. `check` reads a findings.csv and says what is missing or wrong.
"""
import csv
import json
import os
import random
import sys

from PIL import Image, ImageDraw

WIDTH, HEIGHT, PRODUCTS = 180, 240, 36
COPIED = {0: "exact", 1: "jpeg", 2: "small", 3: "large", 4: "mirrored", 5: "cut", 6: "light"}
MISSED = {10: "colour", 11: "sign", 12: "spot"}
OUTLINES = 6


def product(number, change=None):
    rng = random.Random(number)
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    colour = [rng.randrange(30, 200) for _ in range(3)]
    shapes = [(rng.choice("re"), rng.randrange(25, 80), rng.randrange(25, 110), rng.randrange(35, 80),
               rng.randrange(40, 110), rng.randrange(-30, 30)) for _ in range(5)]
    if change == "colour":
        colour = colour[1:] + colour[:1] if max(colour) - min(colour) > 60 else [255 - c for c in colour]
    for kind, x, y, w, h, tone in shapes:
        fill = tuple(max(0, min(240, c + tone)) for c in colour)
        (draw.rectangle if kind == "r" else draw.ellipse)((x, y, x + w, y + h), fill=fill)
    if change == "sign":
        x, y = shapes[-1][1] + shapes[-1][3] // 2, shapes[-1][2] + shapes[-1][4] // 2
        draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=(255, 255, 120))
    if change == "spot":
        x, y = shapes[-1][1] + shapes[-1][3] // 2, shapes[-1][2] + shapes[-1][4] // 2
        spot = tuple(0 if c > 127 else 255 for c in image.getpixel((x, y)))
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=spot)
    return image


def outline(number):
    """A closed line of one pixel, grey on white."""
    rng = random.Random(100 + number)
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    turns = [(90 + rng.randrange(20, 85) * dx, 120 + rng.randrange(20, 115) * dy)
             for dx, dy in ((0, -1), (.7, -.7), (1, 0), (.7, .7), (0, 1), (-.7, .7), (-1, 0), (-.7, -.7))]
    ImageDraw.Draw(image).line(turns + turns[:1], fill=(200, 200, 200))
    return image


def copy_of(image, way, path):
    w, h = image.size
    if way == "exact":
        image.save(path + ".bmp")
    elif way == "jpeg":
        image.save(path + ".jpg", quality=35)
    elif way in ("small", "large"):
        factor = 0.5 if way == "small" else 2
        image.resize((round(w * factor), round(h * factor)), Image.BICUBIC).save(path + ".jpg", quality=85)
    elif way == "mirrored":
        image.transpose(Image.FLIP_LEFT_RIGHT).save(path + ".jpg", quality=85)
    elif way == "cut":
        image.crop((6, 0, w - 3, h - 12)).save(path + ".png")
    else:
        image.point(lambda v: v * 0.94 + 4).save(path + ".png")


def make(folder):
    for sub in ("a", "b"):
        os.makedirs(f"{folder}/{sub}")
    for i in range(PRODUCTS):
        image = product(i)
        image.save(f"{folder}/a/{i:02d}.png")
        if i in COPIED:
            copy_of(image, COPIED[i], f"{folder}/b/{i:02d}-{COPIED[i]}")
        if i in MISSED:
            product(i, MISSED[i]).save(f"{folder}/b/{i:02d}-{MISSED[i]}.png")
    for i in range(OUTLINES):
        outline(i).save(f"{folder}/a/outline-{i}.png")
    nothing = product(1000)
    for i in range(7):
        size = (90 + 30 * i, 120 + 40 * i)
        nothing.resize(size, Image.BICUBIC).save(f"{folder}/{'ab'[i % 2]}/none-{i}.jpg", quality=40 + 8 * i)


def members(finding):
    return sorted([finding["path"]] + json.loads(finding["others"] or "[]"))


def check(path):
    with open(path, newline="") as file:
        findings = list(csv.DictReader(file))
    pairs = {tuple(os.path.basename(m)[:2] for m in members(f)): f for f in findings if f["kind"] == "duplicate"}
    wanted = {(f"{i:02d}", f"{i:02d}") for i in COPIED}
    if set(pairs) != wanted:
        sys.exit(f"duplicates: {sorted(set(pairs) ^ wanted)} are missing or wrong")
    for i, way in COPIED.items():
        f = pairs[(f"{i:02d}", f"{i:02d}")]
        exact = "pixel for pixel" in f["sentence"]
        if exact != (way == "exact") or (float(f["value"]) == 0) != exact:
            sys.exit(f"{way}: {f}")
        if ("mirrored" in f["sentence"]) != (way == "mirrored"):
            sys.exit(f"{way}: {f['sentence']}")
    large = pairs[("03", "03")]
    if not large["path"].endswith("03-large.jpg"):
        sys.exit(f"the best copy is the large one, not {large['path']}")
    holders = [f for f in findings if f["kind"] == "placeholder"]
    if len(holders) != 1 or len(members(holders[0])) != 7 or "none-6" not in holders[0]["path"]:
        sys.exit(f"placeholders: {holders}")
    if not all("none-" in m for m in members(holders[0])) or float(holders[0]["severity"]) < 0.9:
        sys.exit(f"placeholder: {holders[0]}")


if sys.argv[1] == "check":
    check(sys.argv[2])
else:
    make(sys.argv[1])
