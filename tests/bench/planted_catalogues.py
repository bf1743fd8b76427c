#!/usr/bin/python3
"""Make catalogues of real product pictures in which a known few are odd as they are in shops: in groups, copies,
scenes, another kind of product. For how well an audit ranks and flags them without a label.

  planted_catalogues.py FOLDER [--base NAME]... [--plant NAME]... [--seeds 1,2,3] [--data FOLDER]

FOLDER/BASE-PLANT-SEED has images/ and catalogue.csv, a manifest with the columns path, label (`theme`, or what is
planted) and original. Names are numbers in no order. What is planted:

  dishes       215 photographs of one dish among 1,900 products; among electronics 50 of one class of imagenette
  placeholder  60 copies of one drawn "no photo" picture, each compressed anew (electronics: 20)
  scenes       1 % photographs of anything
  other        2 % products of another shop: fashion among clip art, electronics among fashion, clip art among
               electronics
  all          all of these
  nothing      none
  halves       half the products, half pictures of another kind; the odd ones are 2 % of a third

And collections of classes, imagenette (each of ten) and photos (twenty of 200): one class is the theme, and 1, 5 or 20 %
of the pictures are of the others; the plant is CLASS-PERCENT. Pictures of these are as they are.

Pictures of one catalogue of products are of one size, so that it does not give them away: 80 pixels on the longer side for clip
art and fashion, as Fashion Product Images (small) are, whatever they are among electronics."""
import argparse
import csv
import glob
import io
import os
import random
import tarfile

from PIL import Image, ImageDraw, ImageFont

import make_faulty

PLANTS = ["dishes", "placeholder", "scenes", "other", "all", "nothing", "halves"]
BASES = ["clipart", "fashion", "electronics"]
THEMES = dict(imagenette=dict(tar="imagenette-224.tar", classes=10), photos=dict(tar="photos-64px.tar", classes=20))
PERCENT = [1, 5, 20]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
ENOUGH = 3600  # pictures of a source that are drawn from


def tar(data, name, starts=("",)):
    with tarfile.open(os.path.join(data, name)) as shard:
        for member in sorted((m for m in shard if m.isfile()), key=lambda m: m.name):
            if member.name.startswith(tuple(starts)):
                yield member.name, shard.extractfile(member).read()


def few(found, seed=0):
    """Of large sources a part, always the same."""
    found = sorted(found, key=lambda f: f[0])
    random.Random(seed).shuffle(found)
    return found[:ENOUGH]


class Sources:
    """Lists of (name, bytes or path), each read once."""

    def __init__(self, data):
        self.data, self.read = data, {}

    def __getitem__(self, name):
        if name not in self.read:
            self.read[name] = getattr(self, name.split(":")[0])(*name.split(":")[1:])
        return self.read[name]

    def fashion(self):
        return few([f for i in range(4) for f in tar(self.data, f"fashion-products/shard-{i}.tar")])

    def clipart(self):
        return few(f for f in make_faulty.sources("clipart", self.data) if is_picture(f[1]) and not is_empty(f[1]))

    def classes(self, base):
        """By class, those that are themes first: its pictures."""
        found = {}
        for name, bytes_ in tar(self.data, THEMES[base]["tar"]):
            found.setdefault(name.split("/")[0], []).append((name, bytes_))
        first = random.Random(0).sample(sorted(found), THEMES[base]["classes"])
        return {name: found[name] for name in sorted(first) + sorted(set(found) - set(first))}

    def electronics(self):
        return list(tar(self.data, "electronics-320px.tar"))

    def food(self, dish):
        return list(tar(self.data, "food101-64px.tar", [dish]))

    def imagenette(self, *classes):
        return list(tar(self.data, "imagenette-224.tar", classes or [""]))

    def imagenet(self):
        return list(tar(self.data, "imagenet-1000.tar"))

    def photos(self):
        return few(tar(self.data, "photos-64px.tar"))


def is_picture(path):
    """Neither tiny nor a poster."""
    with Image.open(path) as picture:
        return max(picture.size) >= 128 and picture.width * picture.height <= 8e6


def is_empty(path):
    """Of one colour: gradients of clip art are empty pages, which would be odd among the theme."""
    with Image.open(path) as picture:
        return all(high - low <= 4 for low, high in make_faulty.flat(picture).getextrema())


def words(sheet, lines, colour, size, middle):
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, size)
    for i, line in enumerate(lines):
        left, top, right, bottom = draw.textbbox((0, 0), line, font=font)
        draw.text(((sheet.width - right) / 2, middle + size * 1.2 * (i - len(lines) / 2)), line, fill=colour, font=font)


def placeholder(design):
    """One of six, 320 x 320."""
    sheet = Image.new("RGB", (320, 320), ["white", (225, 225, 225), "white", (30, 40, 70), "white", "white"][design])
    draw, grey = ImageDraw.Draw(sheet), (170, 170, 170)
    if design == 0:
        words(sheet, ["PHOTO NOT", "AVAILABLE"], (90, 90, 90), 36, 160)
    elif design == 1:
        draw.rectangle((90, 110, 230, 210), outline=(150, 150, 150), width=8)
        draw.ellipse((130, 130, 190, 190), outline=(150, 150, 150), width=8)
        words(sheet, ["no image"], (150, 150, 150), 22, 255)
    elif design == 2:
        draw.ellipse((70, 70, 250, 250), fill=(20, 90, 160))
        words(sheet, ["SHOP", "coming soon"], "white", 28, 160)
    elif design == 3:
        words(sheet, ["IMAGE", "COMING", "SOON"], (240, 240, 240), 44, 160)
    elif design == 4:
        draw.rectangle((60, 60, 260, 260), outline=(200, 200, 200), width=6)
        draw.line((60, 60, 260, 260), fill=(200, 200, 200), width=6)
        draw.line((60, 260, 260, 60), fill=(200, 200, 200), width=6)
    else:
        draw.polygon([(60, 240), (130, 130), (180, 200), (220, 160), (270, 240)], fill=grey)
        draw.ellipse((200, 80, 240, 120), fill=grey)
        draw.rectangle((40, 60, 290, 260), outline=grey, width=6)
    return sheet


def opened(found):
    return make_faulty.flat(Image.open(io.BytesIO(found) if isinstance(found, bytes) else found))


def some(rng, source, count, label):
    return [(name, found, label) for name, found in rng.sample(source, min(count, len(source)))]


def dishes(rng, sources, base, seed):
    if base == "electronics":
        classes = ["n01440764", "n02979186", "n03028079", "n03425413"]
        return some(rng, sources["imagenette:" + classes[seed % 4]], 50, "dishes")
    return some(rng, sources["food:" + ("sushi" if base == "clipart" else "apple_pie")], 215, "dishes")


def placeholders(rng, sources, base, seed):
    design = (seed + (0 if base == "clipart" else 3)) % 6
    return [(f"placeholder-{design}", placeholder(design), "placeholder")] * (20 if base == "electronics" else 60)


def scenes(rng, sources, base, seed):
    source = sources["imagenet" if base == "fashion" else "imagenette"]
    return some(rng, source, 5 if base == "electronics" else 19, "scenes")


def others(rng, sources, base, seed):
    source = sources[dict(clipart="fashion", fashion="electronics", electronics="clipart")[base]]
    return some(rng, source, 9 if base == "electronics" else 38, "other")


def halves(rng, sources, base, size):
    another, third = dict(clipart=("fashion", "imagenette"), fashion=("photos", "clipart"),
                          electronics=("imagenette", "clipart"))[base]
    return (some(rng, sources[base], size // 2, "theme") + some(rng, sources[another], size // 2, "theme") +
            some(rng, sources[third], size // 50, "other"))


def one_class(rng, sources, base, plant):
    theme, percent = plant.rsplit("-", 1)
    classes = sources["classes:" + base]
    others = [found for name in classes if name != theme for found in classes[name]]
    count = max(1, round(len(classes[theme]) * int(percent) / (100 - int(percent))))
    return some(rng, classes[theme], len(classes[theme]), "theme") + some(rng, others, count, "other")


MAKE = dict(dishes=[dishes], placeholder=[placeholders], scenes=[scenes], other=[others], nothing=[],
            all=[dishes, placeholders, scenes, others])


def drawn(base, plant, seed, sources):
    """(original, picture or bytes or path, label), mixed."""
    rng, size = random.Random(f"{base} {plant} {seed}"), 460 if base == "electronics" else 1900
    if base in THEMES:
        all_ = one_class(rng, sources, base, plant)
    elif plant == "halves":
        all_ = halves(rng, sources, base, size)
    else:
        all_ = some(rng, sources[base], size, "theme")
        for make_ in MAKE[plant]:
            all_ += make_(rng, sources, base, seed)
    rng.shuffle(all_)
    return all_, rng


def write(base, found, name, rng):
    if base in THEMES:
        with open(name, "wb") as file:
            file.write(found)
        return
    picture = found.copy() if isinstance(found, Image.Image) else opened(found)
    side = 320 if base == "electronics" else 80
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    drawn_here = isinstance(found, Image.Image)
    picture.save(name, "JPEG", quality=rng.randint(60, 95) if drawn_here else 92)


def make(folder, base, plant, seed, sources):
    """The folder of the catalogue, and its lines. One that is there is taken as it is."""
    home = os.path.join(folder, f"{base}-{plant}-{seed}")
    table = os.path.join(home, "catalogue.csv")
    if not os.path.exists(table):
        images = os.path.join(home, "images")
        os.makedirs(images, exist_ok=True)
        for old in glob.glob(os.path.join(images, "*.jpg")):
            os.remove(old)
        pictures, rng = drawn(base, plant, seed, sources)
        for i, (original, found, label) in enumerate(pictures):
            write(base, found, os.path.join(images, f"{i:05d}.jpg"), rng)
        with open(table + ".new", "w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["path", "label", "original"])
            lines.writerows((f"images/{i:05d}.jpg", p[2], p[0]) for i, p in enumerate(pictures))
        os.rename(table + ".new", table)
    with open(table, newline="") as file:
        return home, list(csv.DictReader(file))


def add_options(parser):
    parser.add_argument("--base", action="append", choices=BASES + list(THEMES), help="default: all three of products")
    parser.add_argument("--plant", action="append", help="what is planted; default all of it")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--data", default=os.environ.get("ODDLOT_BENCH_DATA", ""), help="folder of real shards")


def plants(sources, base):
    if base not in THEMES:
        return PLANTS
    return [f"{name}-{percent}" for name in list(sources["classes:" + base])[:THEMES[base]["classes"]]
            for percent in PERCENT]


def each(args, sources):
    """All that is asked for: base, plant, seed."""
    for base in args.base or BASES:
        there = plants(sources, base)
        if unknown := set(args.plant or []) - set(there):
            raise SystemExit(f"{base} has no plants {', '.join(sorted(unknown))}; it has {', '.join(there)}")
        yield from ((base, plant, int(seed)) for plant in args.plant or there for seed in args.seeds.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    add_options(parser)
    args = parser.parse_args()
    sources = Sources(args.data)
    for base, plant, seed in each(args, sources):
        home, lines = make(args.folder, base, plant, seed, sources)
        print(f"{home}: {len(lines)} pictures, {sum(line['label'] != 'theme' for line in lines)} odd")


if __name__ == "__main__":
    main()
