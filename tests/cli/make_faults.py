#!/usr/bin/python3
"""Sixty clean product pictures, made by program, and one of each fault. Prints "NAME CHECK" for each that has one.

    make_faults.py FOLDER"""
import io
import os
import sys

import numpy as np
from PIL import Image, ImageFilter

SIZE = 240
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def product(number):
    """A coloured, patterned thing on white, of its own size and place."""
    r = np.random.default_rng(number)
    sheet = np.full((SIZE, SIZE, 3), 255, np.uint8)
    w, h = r.integers(150, 200, 2)
    x, y = r.integers(12, SIZE - w - 12), r.integers(12, SIZE - h - 12)
    colours = r.integers(0, 200, (6, 3))
    colours[0] = [10, 30, 150]
    blocks = r.integers(0, 6, (h // 6 + 1, w // 6 + 1))
    inside = colours[np.kron(blocks, np.ones((6, 6), int))[:h, :w]]
    rows, columns = np.ogrid[:h, :w]
    round_ = ((rows - h / 2) / (h / 2)) ** 2 + ((columns - w / 2) / (w / 2)) ** 2 <= 1
    part = sheet[y:y + h, x:x + w]
    part[round_] = inside[round_]
    return Image.fromarray(sheet)


def white_to(picture, level):
    a = np.asarray(picture).copy()
    a[a.min(2) >= 250] = level
    return Image.fromarray(a)


def framed(picture, width, height):
    sheet = Image.new("RGB", picture.size, (200, 30, 30))
    sheet.paste(picture.crop((width, height, SIZE - width, SIZE - height)), (width, height))
    return sheet


def half(picture):
    picture.paste((128, 128, 128), (0, 130, SIZE, SIZE))
    return picture


def on_sheet(picture, side):
    sheet = Image.new("RGB", picture.size, (255, 255, 255))
    sheet.paste(picture.resize((side, side), Image.Resampling.LANCZOS), (90, 90))
    return sheet


def enlarged(picture):
    return picture.resize((60, 60), Image.Resampling.LANCZOS).resize(picture.size, Image.Resampling.BICUBIC)


FAULTS = [
    ("blank", lambda p: Image.new("RGB", p.size, (255, 255, 255))),
    ("blank", lambda p: Image.new("RGB", p.size, (30, 90, 60))),
    ("blur", lambda p: p.filter(ImageFilter.GaussianBlur(7))),
    ("upscaled", enlarged),
    ("dark", lambda p: p.point(lambda v: v // 5)),
    ("grey", lambda p: p.convert("L").convert("RGB")),
    ("border", lambda p: framed(p, 9, 9)),
    ("letterbox", lambda p: framed(p, 0, 30)),
    ("half_grey", half),
    ("odd_size", lambda p: p.resize((50, 50), Image.Resampling.LANCZOS)),
    ("odd_aspect", lambda p: p.resize((SIZE, 72), Image.Resampling.LANCZOS)),
    ("off_white", lambda p: white_to(p, 243)),
    ("touches_edge", lambda p: p.crop((80, 0, SIZE, SIZE)).resize((SIZE, SIZE), Image.Resampling.LANCZOS)),
    ("small_fill", lambda p: on_sheet(p, 50)),
]
for i in range(60):
    product(i).save(f"{folder}/clean-{i:02}.png")
for i, (check, fault) in enumerate(FAULTS):
    name = f"fault-{i:02}-{check}.png"
    fault(product(100 + i)).save(f"{folder}/{name}")
    print(name, check)
product(200).save(f"{folder}/fault-ending.jpg", "PNG")
print("fault-ending.jpg ending")
file = io.BytesIO()
product(201).save(file, "JPEG")
with open(f"{folder}/fault-cut.jpg", "wb") as out:
    out.write(file.getvalue()[: len(file.getvalue()) // 2])
print("fault-cut.jpg unreadable")
