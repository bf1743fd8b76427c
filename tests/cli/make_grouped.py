#!/usr/bin/python3
"""make_grouped.py FOLDER EACH PLANTED: many pale drawings on white, and photographs (noise on dark) that are a group.

Names of the planted ones begin with "z". One of them is there five times.
"""
import os, sys

import numpy as np
from PIL import Image

folder, each, planted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
draw = np.random.default_rng(5)
os.makedirs(folder)
y, x = np.mgrid[0:32, 0:32]


def save(name, levels):
    Image.fromarray(np.clip(levels, 0, 255).astype("uint8")).save(os.path.join(folder, name + ".png"))


for i in range(each):
    centre, width, height = draw.uniform(12, 20, 2), *draw.uniform(5, 12, 2)
    inside = ((x - centre[0]) / width) ** 2 + ((y - centre[1]) / height) ** 2 < 1
    colour = draw.uniform(60, 220, 3)
    save(f"a{i:04}", np.where(inside[..., None], colour, 255) + draw.normal(0, 2, (32, 32, 3)))
for i in range(planted):
    waves = np.sin(x / draw.uniform(2, 6) + draw.uniform(0, 6)) + np.sin(y / draw.uniform(2, 6) + draw.uniform(0, 6))
    picture = 80 + 30 * waves[..., None] + draw.normal(0, 25, (32, 32, 3))
    for copy in range(5 if i == 0 else 1):
        save(f"z{i:04}-{copy}", np.round(np.clip(picture, 0, 255)))
