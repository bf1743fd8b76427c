#!/usr/bin/python3
"""Make a large catalogue of real pictures: tar shards of as many different images as asked for, with
a known share of odd ones, the same bytes for the same seed and settings.

Each image is a view of a source picture: a crop, now and then mirrored, turned a little, brighter or
darker. Odd images are views of other sources, or damaged views of the theme's. They are called
theme/NUMBER.jpg and odd/NUMBER.jpg in their shard, so `catalogue: {kind: tar, label_from: folder}` knows
the truth; truth.csv also has the source and the damage of every image.

Needs Debian's python3-numpy and python3-pil; the usual sources are its dataset-fashion-mnist (theme)
and openclipart-png (odd).
"""
import argparse
import csv
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import sys
import tarfile
import time

import numpy
from PIL import Image, ImageFilter

FASHION = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
CLIPART = "/usr/share/openclipart/png"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
DAMAGES = ("blocks", "blur", "noise")
FLATTEST = 8.0  # standard deviation of grey levels; a flatter view shows nothing
MOST_DRAWS = 50  # until a view shows something
MOST_ROUNDS = 5  # until no two images are equal
MOST_PIXELS = 2_000_000  # of a source: larger ones take long and show no more


def parse():
    example = f"Example: {os.path.basename(sys.argv[0])} runs/large-catalogue --images 131784"
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog=example)
    add = ap.add_argument
    add("folder", help="where the shards go; made if need be")
    add("--images", type=int, default=131784, help="how many (default 131784)")
    add("--shards", type=int, default=0, help="in how many tar files (default: 10,000 images each)")
    add("--size", default="64", help="pixels: 64, or width x height as 60x80 (default 64)")
    add("--channels", choices=("gray", "rgb"), default="gray")
    add("--format", choices=("jpg", "png"), default="jpg")
    add("--quality", type=int, default=90, help="of jpg (default 90)")
    add("--theme", action="append", metavar="SOURCE",
        help="folder, tar or IDX file of pictures; an IDX file may end with the classes to take: FILE:5,7,9 "
             "(default: the footwear of Fashion-MNIST)")
    add("--odd", action="append", metavar="SOURCE", help="likewise, of what does not belong (default: its other "
        "classes and clip art)")
    add("--share", type=float, default=0.05, help="of odd images (default 0.05)")
    add("--damaged", type=float, default=0.5, help="share of the odd ones that are damaged (default 0.5)")
    add("--damage", default=",".join(DAMAGES), help="kinds, of %(default)s")
    add("--sources", type=int, default=2000, help="pictures of each side to draw views of (default 2000)")
    add("--seed", type=int, default=1)
    add("--processes", type=int, default=2)
    args = ap.parse_args()
    args.theme = args.theme or [FASHION + ":5,7,9"]  # footwear
    args.odd = args.odd or [FASHION + ":0,1,2,3,4,6,8", CLIPART]  # clothes, bags and clip art
    args.shards = args.shards or max(1, args.images // 10000)
    args.damage = args.damage.split(",")
    try:
        sides = [int(side) for side in args.size.split("x")]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2) or min(sides) < 1:
        ap.error(f"--size {args.size}: want 64 or 60x80")
    args.width, args.height = sides[0], sides[-1]
    if set(args.damage) - set(DAMAGES):
        ap.error(f"--damage: there are {', '.join(DAMAGES)}")
    if not 1 <= args.shards <= args.images:
        ap.error("want at least one image a shard")
    return args


# ---- sources: (name, function that gives the picture's bytes or array) ----

def read_idx(path):
    data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
    sides = [int.from_bytes(data[4 + 4 * k:8 + 4 * k], "big") for k in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(sides)).reshape(sides)


def idx_pictures(path, classes):
    """All pictures, or those of some classes; as negatives, as they are light on black there."""
    pixels = 255 - read_idx(path)
    keep = numpy.ones(len(pixels), bool)
    if classes:
        labels = read_idx(path.replace("images-idx3", "labels-idx1"))
        keep = numpy.isin(labels, [int(label) for label in classes.split(",")])
    return [(f"{os.path.basename(path)}[{i}]", pixels[i]) for i in numpy.flatnonzero(keep)]


def tar_pictures(path):
    with tarfile.open(path) as tar:
        return [(m.name, (path, m.offset_data, m.size)) for m in tar
                if m.isfile() and m.name.lower().endswith(PICTURES)]


def folder_pictures(path):
    found = sorted(os.path.join(at, name) for at, _, names in os.walk(path) for name in names
                   if name.lower().endswith(PICTURES))
    return [(os.path.relpath(name, path), (name, 0, -1)) for name in found]


def pictures_of(source):
    if os.path.isdir(source):
        return folder_pictures(source)
    if source.endswith(".tar"):
        return tar_pictures(source)
    path, _, classes = source.partition(":")
    return idx_pictures(path, classes)


def choose_sources(paths, count, seed):
    try:
        found = [picture for path in paths for picture in pictures_of(path)]
    except OSError as why:
        sys.exit(f"make_catalogue.py: {why} (Debian's dataset-fashion-mnist or openclipart-png?)")
    chosen = numpy.random.default_rng(seed).permutation(len(found))[:count]
    return [found[i] for i in sorted(chosen)]


def load(task):
    """A picture on white, hardly larger than its views; None if it is huge, flat or not readable."""
    (name, what), args = task
    try:
        if isinstance(what, numpy.ndarray):
            image = Image.fromarray(what)
        else:
            path, offset, size = what
            with open(path, "rb") as file:
                file.seek(offset)
                image = Image.open(io.BytesIO(file.read(size)))
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (2 * args.width, 2 * args.height))
            if image.mode not in ("L", "RGB"):
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image)
        image = image.convert("L" if args.channels == "gray" else "RGB")
    except (OSError, ValueError) as why:
        print(f"make_catalogue.py: left out {name}: {why}", file=sys.stderr)
        return None
    scale = 1.5 * max(args.width / image.width, args.height / image.height)
    if scale < 1:
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX)
    return (name, image) if shows_something(image) else None


def shows_something(image):
    return numpy.asarray(image).std() > FLATTEST


# ---- views ----

def view(image, args, draw):
    """Crop, mirror, turn and light in one pass; draw: 6 uniform numbers."""
    zoom = 0.75 + 0.25 * draw[0]
    step = zoom * min(image.width / args.width, image.height / args.height)
    angle = numpy.radians(16 * (draw[1] - 0.5))
    c, s = step * numpy.cos(angle), step * numpy.sin(angle)
    m = -1 if draw[2] < 0.5 else 1
    x = image.width / 2 + (draw[3] - 0.5) * (image.width - step * args.width)
    y = image.height / 2 + (draw[4] - 0.5) * (image.height - step * args.height)
    w, h = args.width / 2, args.height / 2
    place = (m * c, -s, x - m * c * w + s * h, m * s, c, y - m * s * w - c * h)
    white = 255 if image.mode == "L" else (255, 255, 255)
    out = image.transform((args.width, args.height), Image.Transform.AFFINE, place,
                          Image.Resampling.BILINEAR, fillcolor=white)
    darker = 0.7 + 0.5 * draw[5]  # white stays white, as in a catalogue
    table = numpy.clip(255 - darker * numpy.arange(255, -1, -1), 0, 255).astype(numpy.uint8).tolist()
    return out.point(table * len(out.getbands()))


def blocks(image, rng):
    """Flat squares of any grey, a quarter of the side, as if parts were lost."""
    side = max(1, min(image.size) // 4)
    for _ in range(rng.integers(1, 4)):
        x, y = (int(rng.integers(0, extent - side + 1)) for extent in image.size)
        grey = int(rng.integers(256))
        image.paste((grey,) * len(image.getbands()), (x, y, x + side, y + side))
    return image


def blur(image, rng):
    return image.filter(ImageFilter.GaussianBlur(min(image.size) * rng.uniform(0.04, 0.08)))


def noise(image, rng):
    pixels = numpy.asarray(image, numpy.float32)
    pixels = pixels + rng.uniform(40, 80) * rng.standard_normal(pixels.shape, numpy.float32)
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


DAMAGE = dict(blocks=blocks, blur=blur, noise=noise)


def make_image(number, attempt, args, sources, is_odd):
    """The image, the name of its source, its damage ("" none)."""
    rng = numpy.random.default_rng((args.seed, number, attempt))
    damage = ""
    if is_odd and (not sources["odd"] or rng.random() < args.damaged):
        damage = args.damage[int(rng.integers(len(args.damage)))]
    pool = sources["odd" if is_odd and not damage else "theme"]
    for _ in range(MOST_DRAWS):
        name, source = pool[int(rng.integers(len(pool)))]
        image = view(source, args, rng.random(6))
        if shows_something(image):
            break
    return (DAMAGE[damage](image, rng) if damage else image), name, damage


# ---- shards ----

shared = {}  # args, sources and odd: inherited by the processes of the pool


def encode(image, args):
    out = io.BytesIO()
    if args.format == "jpg":
        image.save(out, "JPEG", quality=args.quality)
    else:
        image.save(out, "PNG")
    return out.getvalue()


def first_image(args, shard):
    return args.images * shard // args.shards


def write_shard(task):
    """One tar file; the number of each image, its row of truth.csv and its hash."""
    shard, attempts = task
    args, sources, odd = shared["args"], shared["sources"], shared["odd"]
    name = f"shard-{shard:05d}.tar"
    made = []
    with tarfile.open(os.path.join(args.folder, name), "w", format=tarfile.USTAR_FORMAT) as tar:
        for number in range(first_image(args, shard), first_image(args, shard + 1)):
            image, source, damage = make_image(number, attempts.get(number, 0), args, sources, odd[number])
            label = "odd" if odd[number] else "theme"
            data = encode(image, args)
            member = tarfile.TarInfo(f"{label}/{number:09d}.{args.format}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
            made.append((number, (f"{name}/{member.name}", label, source, damage),
                         hashlib.blake2b(data, digest_size=8).digest()))
    return made


def load_sources(args, pool):
    sources = {}
    strangers = args.odd if args.damaged < 1 else []
    for side, paths, stream in (("theme", args.theme, 0), ("odd", strangers, 1)):
        chosen = choose_sources(paths, args.sources, (args.seed, stream, 2**32))
        loaded = pool.map(load, [(picture, args) for picture in chosen], chunksize=16)
        sources[side] = [picture for picture in loaded if picture]
        if paths and not sources[side]:
            sys.exit(f"make_catalogue.py: no picture in {', '.join(paths)}")
    return sources


def choose_odd(args):
    odd = numpy.zeros(args.images, bool)
    order = numpy.random.default_rng((args.seed, 2, 2**32)).permutation(args.images)
    odd[order[:round(args.share * args.images)]] = True
    return odd


def twins_of(shards):
    """Numbers of images that are equal to one before them."""
    seen = set()
    twins = []
    for made in shards:
        for number, _, digest in made:
            if digest in seen:
                twins.append(number)
            seen.add(digest)
    return twins


def write_shards(args, pool):
    """All shards; those with twins once more, with other views in the twins' place."""
    shards, attempts = [None] * args.shards, {}
    todo = range(args.shards)
    for _ in range(MOST_ROUNDS):
        for shard, made in zip(todo, pool.imap(write_shard, [(shard, attempts) for shard in todo])):
            shards[shard] = made
        twins = twins_of(shards)
        if not twins:
            return shards
        for number in twins:
            attempts[number] = attempts.get(number, 0) + 1
        todo = [shard for shard in range(args.shards)
                if any(first_image(args, shard) <= number < first_image(args, shard + 1) for number in twins)]
    sys.exit(f"make_catalogue.py: {len(twins)} images stay equal to others: give more sources or a larger --size")


def write_truth(args, shards):
    with open(os.path.join(args.folder, "truth.csv"), "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("name", "label", "source", "damage"))
        for made in shards:
            table.writerows(row for _, row, _ in made)


def main():
    args = parse()
    Image.MAX_IMAGE_PIXELS = None  # load() looks at the size itself
    started = time.perf_counter()
    os.makedirs(args.folder, exist_ok=True)
    with multiprocessing.Pool(args.processes) as pool:
        sources = load_sources(args, pool)
    loaded = time.perf_counter()
    shared.update(args=args, sources=sources, odd=choose_odd(args))
    with multiprocessing.Pool(args.processes) as pool:
        write_truth(args, write_shards(args, pool))
    ended = time.perf_counter()
    told = dict(case="make_catalogue", images=args.images, odd=int(shared["odd"].sum()),
                shards=args.shards, size=args.size, channels=args.channels, format=args.format,
                seed=args.seed, processes=args.processes, seconds_loading=round(loaded - started, 2),
                seconds=round(ended - started, 2), images_per_second=round(args.images / (ended - started)))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
