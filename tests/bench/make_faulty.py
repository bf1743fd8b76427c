#!/usr/bin/python3
"""Make a catalogue of real product pictures with faults of a known kind among them, by code that shares nothing
with the program: for recall and false alarms of the checks.

  make_faulty.py FOLDER --source electronics|fashion|clipart [--clean N] [--each N] [--seed N] [--data FOLDER]

FOLDER/images has the pictures, FOLDER/truth.csv a line for each: file, fault ("" for a clean one), original.
No original is used twice. Where a fault needs a white ground or colour, only pictures that have it get the fault.
Strengths are drawn per picture: blur of 2 to 4 % of the shorter side, enlarged 3 to 5 times, 12 to 30 % of the
light, a frame of 3 to 8 %, bars of 8 to 18 %, the lower 25 to 60 % grey, a third to a sixth of the size, a ground
of 240 to 249, a fifth to two fifths of the product cut off, a product of 12 to 28 % of the side."""
import argparse
import csv
import io
import os
import random
import tarfile

import numpy as np
from PIL import Image, ImageFilter

CLIPART = "/usr/share/openclipart/png"


def sources(name, data):
    """All pictures of a source, as (name, bytes), sorted. Clip art is of all sizes: of what is 512 or more, and no
    poster, each at 512, on white, as a shop would have it."""
    if name == "clipart":
        for folder, folders, files in sorted(os.walk(CLIPART)):
            for file in sorted(files):
                path = os.path.join(folder, file)
                if file.endswith(".png") and os.path.getsize(path) < 1 << 20:
                    yield os.path.relpath(path, CLIPART).replace("/", "_"), path
        return
    tars = {"electronics": ["electronics-320px.tar"],
            "fashion": [f"fashion-products/shard-{i}.tar" for i in range(4)]}[name]
    for path in [os.path.join(data, tar) for tar in tars]:
        if not os.path.exists(path):
            raise SystemExit(f"there is no {path}: --data names the folder of real shards")
        with tarfile.open(path) as shard:
            for member in shard:
                if member.isfile():
                    yield os.path.basename(member.name), shard.extractfile(member).read()


def flat(picture):
    """RGB on white, as a page shows it; never larger than 512, so that faults are made at one size."""
    if picture.mode in ("RGBA", "LA", "P"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, picture)
    picture = picture.convert("RGB")
    if max(picture.size) > 512:
        picture.thumbnail((512, 512), Image.Resampling.LANCZOS)
    return picture


def box_of(picture):
    """The box of what is not white; None: nothing, or no white ground."""
    a = np.asarray(picture).astype(int)
    rim = np.concatenate([a[0], a[-1], a[:, 0], a[:, -1]])
    if (rim.min(1) < 250).mean() > 0.02:
        return None
    dark = a.min(2) < 240
    if dark.sum() < 0.02 * dark.size:
        return None
    xs, ys = np.flatnonzero(dark.any(0)), np.flatnonzero(dark.any(1))
    return xs[0], ys[0], xs[-1] + 1, ys[-1] + 1


def is_coloured(picture):
    a = np.asarray(picture).astype(int)
    return np.percentile(a.max(2) - a.min(2), 97) > 60


def has_detail(picture):
    """Edges enough that blur could be seen, and a side at which it can be."""
    a = np.asarray(picture.convert("L")).astype(int)
    return min(picture.size) >= 48 and (np.abs(np.diff(a, axis=1)) > 40).mean() > 0.01


def colour(rng):
    return tuple(rng.randrange(256) for _ in range(3))


def blank(p, rng):
    return Image.new("RGB", p.size, (255, 255, 255))


def single_colour(p, rng):
    return Image.new("RGB", p.size, colour(rng))


def blur(p, rng):
    return p.filter(ImageFilter.GaussianBlur(max(1.2, rng.uniform(0.02, 0.04) * min(p.size))))


def upscaled(p, rng):
    factor = rng.uniform(3, 5)
    small = p.resize((max(8, int(p.width / factor)), max(8, int(p.height / factor))), Image.Resampling.LANCZOS)
    return small.resize(p.size, Image.Resampling.BICUBIC)


def dark(p, rng):
    share = rng.uniform(0.12, 0.3)
    return p.point(lambda v: int(v * share))


def grey(p, rng):
    return p.convert("L").convert("RGB")


def rim_of(picture):
    a = np.asarray(picture).astype(int)
    return np.concatenate([a[0], a[-1], a[:, 0], a[:, -1]])


def seen_on(p, inside, tones, rng):
    """One of the tones that is another than most of the picture's rim, and of what it ends at: on black nobody sees a
    black frame."""
    seen = [t for t in tones if all((np.abs(rim - t).max(1) > 60).mean() > 0.9
                                    for rim in (rim_of(p), rim_of(p.crop(inside))))]
    return rng.choice(seen or [(255, 0, 255)])


def border(p, rng):
    width = max(2, int(rng.uniform(0.03, 0.08) * min(p.size)))
    inside = (width, width, p.width - width, p.height - width)
    tone = seen_on(p, inside, [(0, 0, 0), (40, 40, 40), (200, 30, 30), (20, 60, 160)], rng)
    framed = Image.new("RGB", p.size, tone)
    framed.paste(p.crop(inside), (width, width))
    return framed


def letterbox(p, rng):
    barred, bar = p.copy(), rng.uniform(0.08, 0.18)
    if rng.random() < 0.5:
        height = max(2, int(bar * p.height))
        inside = (0, height, p.width, p.height - height)
    else:
        width = max(2, int(bar * p.width))
        inside = (width, 0, p.width - width, p.height)
    barred.paste(seen_on(p, inside, [(0, 0, 0), (0, 0, 0), (90, 90, 90)], rng), (0, 0, p.width, p.height))
    barred.paste(p.crop(inside), inside[:2])
    return barred


def half_grey(p, rng):
    cut = p.copy()
    cut.paste((128, 128, 128), (0, int(p.height * (1 - rng.uniform(0.25, 0.6))), p.width, p.height))
    return cut


def small(p, rng):
    factor = rng.uniform(3, 6)
    return p.resize((max(4, int(p.width / factor)), max(4, int(p.height / factor))), Image.Resampling.LANCZOS)


def off_white(p, rng):
    a = np.asarray(p).copy()
    a[a.min(2) >= 250] = rng.randrange(240, 250)
    return Image.fromarray(a)


def cut_edge(p, rng):
    """At a side where the cut goes through the product, along a tenth of what is then the edge, if there is one."""
    left, top, right, bottom = box_of(p)
    share = rng.uniform(0.2, 0.4)
    dx, dy = int(share * (right - left)), int(share * (bottom - top))
    dark = np.asarray(p).min(2) < 240
    cuts = [((left + dx, 0, p.width, p.height), dark[:, left + dx]), ((0, top + dy, p.width, p.height), dark[top + dy]),
            ((0, 0, right - dx, p.height), dark[:, right - dx - 1]),
            ((0, 0, p.width, bottom - dy), dark[bottom - dy - 1])]
    return p.crop(rng.choice([box for box, edge in cuts if edge.mean() > 0.1] or [box for box, _ in cuts]))


def little_fill(p, rng):
    product = p.crop(box_of(p))
    scale = rng.uniform(0.12, 0.28) * min(p.width / product.width, p.height / product.height)
    product = product.resize((max(2, int(product.width * scale)), max(2, int(product.height * scale))),
                             Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", p.size, (255, 255, 255))
    sheet.paste(product, ((p.width - product.width) // 2, (p.height - product.height) // 2))
    return sheet


def save(picture, form, path):
    picture.save(path, form, **({"quality": 90} if form == "JPEG" else {}))


def cut_file(picture, path, rng):
    file = io.BytesIO()
    save(picture, "JPEG", file)
    data = file.getvalue()
    with open(path, "wb") as out:
        out.write(data[: int(len(data) * rng.uniform(0.45, 0.85))])


PICTURES = dict(blank=blank, single_colour=single_colour, blur=blur, upscaled=upscaled, dark=dark, grey=grey,
                border=border, letterbox=letterbox, half_grey=half_grey, small=small, off_white=off_white,
                cut_edge=cut_edge, little_fill=little_fill)
FAULTS = list(PICTURES) + ["cut_file", "wrong_ending"]
NEEDS = dict(blur=has_detail, upscaled=has_detail, grey=is_coloured, off_white=lambda p: box_of(p) is not None,
             cut_edge=lambda p: box_of(p) is not None, little_fill=lambda p: box_of(p) is not None)


def write_faulty(folder, fault, number, original, picture, rng):
    """One picture with a fault; its name in the catalogue."""
    form = "PNG" if original.endswith(".png") else "JPEG"
    ending = {"PNG": ".png", "JPEG": ".jpg"}
    name = f"{number:05d}"
    if fault == "cut_file":
        cut_file(picture, os.path.join(folder, name + ".jpg"), rng)
        return name + ".jpg"
    if fault == "wrong_ending":
        other = "JPEG" if form == "PNG" else "PNG"
        save(picture, other, os.path.join(folder, name + ending[form]))
        return name + ending[form]
    save(PICTURES[fault](picture, rng), form, os.path.join(folder, name + ending[form]))
    return name + ending[form]


def opened(original, found):
    """The bytes of a picture as the catalogue has it, and the picture on white; None where it will not do."""
    if isinstance(found, bytes):
        return found, flat(Image.open(io.BytesIO(found)))
    picture = Image.open(found)
    if max(picture.size) < 512 or picture.width * picture.height > 8e6:
        return None
    picture, file = flat(picture), io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue(), picture


def make(folder, source, clean, each, seed, data):
    """The lines of truth.csv."""
    rng = random.Random(seed)
    pool = list(sources(source, data))
    rng.shuffle(pool)
    images = os.path.join(folder, "images")
    os.makedirs(images, exist_ok=True)
    wanted = [fault for fault in FAULTS for _ in range(each)]
    lines, number = [], 0
    for original, found in pool:
        number += 1
        pair = opened(original, found)
        if pair is None:
            continue
        bytes_, picture = pair
        fault = next((f for f in wanted if f not in NEEDS or NEEDS[f](picture)), None)
        if fault is not None:
            wanted.remove(fault)
            name = write_faulty(images, fault, number, original, picture, rng)
        elif clean > 0:
            clean -= 1
            name = f"{number:05d}{os.path.splitext(original)[1].lower()}"
            with open(os.path.join(images, name), "wb") as out:
                out.write(bytes_)
        elif wanted:
            continue
        else:
            break
        lines.append(dict(file=name, fault=fault or "", original=original))
    with open(os.path.join(folder, "truth.csv"), "w", newline="") as file:
        table = csv.DictWriter(file, ["file", "fault", "original"])
        table.writeheader()
        table.writerows(lines)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--source", choices=["electronics", "fashion", "clipart"], required=True)
    parser.add_argument("--clean", type=int, default=1000)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default=os.environ.get("ODDLOT_BENCH_DATA", ""), help="folder of real shards")
    args = parser.parse_args()
    lines = make(args.folder, args.source, args.clean, args.each, args.seed, args.data)
    print(f"{len(lines)} pictures, {sum(line['fault'] != '' for line in lines)} with a fault")


if __name__ == "__main__":
    main()
