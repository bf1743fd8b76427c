#!/usr/bin/python3
"""make_labelled.py FOLDER: Fashion-MNIST images in folders by kind; MISPLACED.txt says which lie in a wrong one.

Trousers are in two folders, `pants` and `trousers`; `rare` has two images; one file cannot be read.
"""
import gzip, os, random, sys

from PIL import Image

DATA = "/usr/share/datasets/fashion-mnist/t10k-%s-ubyte.gz"
NAMES = {1: "trousers", 5: "sandals", 8: "bags", 9: "boots", 0: "shirts"}
EACH, WRONG = 60, 8

folder = sys.argv[1]
pixels = gzip.open(DATA % "images-idx3").read()[16:]
labels = gzip.open(DATA % "labels-idx1").read()[8:]
rng, misplaced = random.Random(7), []


def save(number, place):
    os.makedirs(os.path.join(folder, place), exist_ok=True)
    name = os.path.join(place, f"{number}.png")
    Image.frombytes("L", (28, 28), pixels[784 * number:784 * (number + 1)]).save(os.path.join(folder, name))
    return name


for label, place in NAMES.items():
    of_label = [i for i, y in enumerate(labels) if y == label]
    for count, number in enumerate(of_label[:EACH]):
        save(number, rng.choice(["pants", "trousers"]) if place == "trousers" else place)
    if place in ("sandals", "bags"):
        for number in of_label[EACH:EACH + WRONG // 2]:
            misplaced.append(save(number, "bags" if place == "sandals" else "boots"))
for number in (2, 3):
    save(number, "rare")
with open(os.path.join(folder, "bags", "broken.png"), "w") as broken:
    broken.write("no picture")
with open("MISPLACED.txt", "w") as out:
    out.write("".join(name + "\n" for name in sorted(misplaced)))
