#!/usr/bin/python3
"""Planted duplicates and placeholders among real images: which of them the checks find, and what else they say.

    duplicates.py ODDLOT WORK duplicates SOURCE N [--seed S] [--ranks R] [--set KEY=VALUE ...] [--hashes]
    duplicates.py ODDLOT WORK placeholder SOURCE N COPIES [--seed S] ...

SOURCE is a folder or tar files (comma between them) of images. Of N images some are copied in each way: another format
with equal pixels (exact), JPEG of quality 30 to 95, 0.5 to 2 times the size, mirrored, 5 % cut off, a small colour
shift. A JSON line says the recall of each way, and the pairs that were found but not planted, which are real copies in
the source or false: their number tells nothing of precision until they are looked at, so they are written to
WORK/others.txt, and as a sheet to WORK/others.png. `--hashes` has imagededup (in this Python) do the same files.
"""
import argparse, collections, csv, io, json, os, random, shutil, subprocess, sys, tarfile, time

from PIL import Image, ImageDraw

Image.MAX_IMAGE_PIXELS = None
SIDE = 320  # larger sources are shrunk to it, so that a catalogue fits any disk


def source_images(source, count, seed):
    """(name, bytes) of so many images, drawn by the seed."""
    found = []
    for path in source.split(","):
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                found += [(os.path.join(folder, n), None) for n in sorted(names)
                          if n.lower().endswith((".jpg", ".jpeg", ".png"))]
        else:
            with tarfile.open(path) as tar:
                found += [(m.name, tar.extractfile(m).read()) for m in tar if m.isfile()]
    random.Random(seed).shuffle(found)
    for name, data in found if count == 0 else found[:count]:
        yield name, data or open(name, "rb").read()


def opened(data):
    """RGB on white, at most SIDE."""
    image = Image.open(io.BytesIO(data))
    if image.mode in ("P", "LA", "PA"):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        white.alpha_composite(image)
        image = white
    image = image.convert("RGB")
    image.thumbnail((SIDE, SIDE))
    return image


def resized(image, rng, low=0.5, high=2.0):
    factor = rng.uniform(low, high)
    size = [max(16, round(s * factor)) for s in image.size]
    return image.resize(size, Image.BICUBIC)


def cut(image, rng):
    """5 % of width and of height off, anywhere at the sides."""
    w, h = image.size
    x, y = max(1, round(0.05 * w)), max(1, round(0.05 * h))
    left, top = rng.randint(0, x), rng.randint(0, y)
    return image.crop((left, top, w - x + left, h - y + top))


def tinted(image, rng):
    """Each channel up to 5 % and 6 levels off."""
    bands = []
    for band in image.split():
        gain, offset = rng.uniform(0.95, 1.05), rng.uniform(-6, 6)
        bands.append(band.point(lambda v, g=gain, o=offset: v * g + o))
    return Image.merge("RGB", bands)


WAYS = {
    "exact": lambda image, rng: (image, None),
    "jpeg": lambda image, rng: (image, rng.randint(30, 95)),
    "resized": lambda image, rng: (resized(image, rng), 90),
    "mirrored": lambda image, rng: (image.transpose(Image.FLIP_LEFT_RIGHT), 90),
    "cropped": lambda image, rng: (cut(image, rng), 90),
    "tinted": lambda image, rng: (tinted(image, rng), 90),
}


def save(image, path, quality):
    if quality is None:
        image.save(path + ".png")
        return path + ".png"
    image.save(path + ".jpg", quality=quality)
    return path + ".jpg"


def plant_duplicates(arguments, folder):
    """Copies of a tenth of the images in each way; {file: (original, way)}."""
    rng, planted, originals = random.Random(arguments.seed), {}, 0
    for i, (_, data) in enumerate(source_images(arguments.source, arguments.n, arguments.seed)):
        try:
            image = opened(data)
        except Exception:
            continue
        if min(image.size) < 16:
            continue
        # what is copied exactly is kept without loss, the others as a shop has them
        way = list(WAYS)[i % 60 // 10] if i % 60 % 10 < arguments.per_ten else None
        name = os.path.basename(save(image, f"{folder}/{i:06d}", None if way == "exact" else 92))
        originals += 1
        if way is None:
            continue
        stored = Image.open(f"{folder}/{name}").convert("RGB")
        copy, quality = WAYS[way](stored, rng)
        if way == "exact":
            copy.save(f"{folder}/{i:06d}-copy.bmp")
            planted[f"{i:06d}-copy.bmp"] = (name, way)
        else:
            planted[os.path.basename(save(copy, f"{folder}/{i:06d}-copy", quality))] = (name, way)
    return planted, originals


def plant_placeholder(arguments, folder):
    """One picture many times, re-encoded and resized; its files."""
    rng, files = random.Random(arguments.seed), set()
    for i, (_, data) in enumerate(source_images(arguments.source, arguments.n, arguments.seed)):
        try:
            save(opened(data), f"{folder}/{i:06d}", 92)
        except Exception:
            continue
    picture = Image.new("RGB", (300, 400), (244, 244, 244))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 120, 240, 260), outline=(150, 150, 150), width=6)
    draw.ellipse((120, 150, 180, 210), outline=(150, 150, 150), width=6)
    draw.text((80, 290), "photo not available", fill=(120, 120, 120))
    for i in range(arguments.copies):
        at = f"{folder}/{rng.randrange(1000000):06d}-none-{i}"
        files.add(os.path.basename(save(resized(picture, rng), at, rng.randint(30, 95))))
    return files


def run_oddlot(arguments, folder, run):
    """Ingest, features and checks; (seconds of each, findings)."""
    shutil.rmtree(run, ignore_errors=True)
    sets = [f"catalogue.path={folder}", "check.checks=[duplicate, placeholder]",
            "ingest.max_unreadable=0.5", f"image.size={arguments.size}"] + arguments.set
    job = os.path.join(arguments.work, "job.yaml")
    open(job, "w").close()
    seconds = {}
    for stage in ("ingest", "features", "copies", "check"):
        command = [] if arguments.ranks == 1 else ["mpirun", "-n", str(arguments.ranks)]
        command += [arguments.oddlot, stage, job, "-o", run]
        for s in sets:
            command += ["--set", s]
        started = time.time()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds[stage] = round(time.time() - started, 1)
        if done.returncode != 0:
            sys.exit(done.stderr)
    with open(os.path.join(run, "findings.csv"), newline="") as file:
        return seconds, list(csv.DictReader(file))


def members(finding):
    return [finding["path"]] + json.loads(finding["others"] or "[]")


def base(path):
    return os.path.basename(path)


def sheet(folder, pairs, path):
    """Pairs side by side."""
    cell, columns = 110, 8
    rows = (len(pairs) + columns - 1) // columns
    page = Image.new("RGB", (columns * (2 * cell + 20), max(1, rows) * (cell + 14)), "white")
    draw = ImageDraw.Draw(page)
    for i, (a, b, value) in enumerate(pairs):
        x, y = i % columns * (2 * cell + 20), i // columns * (cell + 14)
        for j, name in enumerate((a, b)):
            image = opened(open(os.path.join(folder, name), "rb").read())
            image.thumbnail((cell, cell))
            page.paste(image, (x + j * cell, y))
        draw.text((x, y + cell), str(value), fill="black")
    page.save(path)


def judge(planted, groups):
    """Recall by way, and the pairs of groups that no planting explains: (a, b, value)."""
    origin = {copy: original for copy, (original, _) in planted.items()}
    group_of = {}
    for g, (files, _) in enumerate(groups):
        for f in files:
            group_of[f] = g
    found, all_of = collections.Counter(), collections.Counter()
    for copy, (original, way) in planted.items():
        all_of[way] += 1
        found[way] += copy in group_of and group_of.get(original) == group_of[copy]
    others = []
    for files, value in groups:
        roots = sorted({origin.get(f, f) for f in files})
        others += [(roots[0], r, value) for r in roots[1:]]
    return {w: (found[w], all_of[w]) for w in all_of}, others


def tell_duplicates(arguments, what, planted, groups, more):
    recall, others = judge(planted, groups)
    near = [recall[w] for w in recall if w != "exact"]
    line = {"case": "duplicates", "by": what, "seed": arguments.seed, **more,
            "planted": len(planted), "recall_exact": recall.get("exact", (0, 0)),
            "recall_near": round(sum(f for f, _ in near) / max(1, sum(n for _, n in near)), 4),
            "recall": {w: round(f / n, 4) for w, (f, n) in recall.items()},
            "found_pairs": sum(f for f, _ in recall.values()), "other_pairs": len(others)}
    print(json.dumps(line), flush=True)
    return others


def duplicates(arguments):
    folder = os.path.join(arguments.work, "catalogue")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    planted, originals = plant_duplicates(arguments, folder)
    seconds, findings = run_oddlot(arguments, folder, os.path.join(arguments.work, "run"))
    groups = [([base(p) for p in members(f)], float(f["value"] if f["kind"] == "duplicate" else 0))
              for f in findings if f["kind"] in ("duplicate", "placeholder")]
    others = tell_duplicates(arguments, "oddlot", planted, groups,
                             {"images": originals + len(planted), "seconds": seconds,
                              "ranks": arguments.ranks, "set": arguments.set})
    with open(os.path.join(arguments.work, "others.txt"), "w") as file:
        file.writelines(f"{v} {a} {b}\n" for a, b, v in sorted(others, key=lambda o: o[2]))
    near = sorted((o for o in others if o[2] > 0), key=lambda o: o[2])
    sheet(folder, near[:160], os.path.join(arguments.work, "others.png"))
    if arguments.hashes:
        compare_hashes(arguments, folder, planted)


def compare_hashes(arguments, folder, planted):
    """imagededup's hashes at its default distance and at 0, and its network at 0.9."""
    from imagededup.methods import CNN, DHash, PHash
    ways = [(PHash, {"max_distance_threshold": 10}), (DHash, {"max_distance_threshold": 10}),
            (PHash, {"max_distance_threshold": 4}), (CNN, {"min_similarity_threshold": 0.9}),
            (CNN, {"min_similarity_threshold": 0.97})]
    for method, options in ways:
        started = time.time()
        try:
            hasher = method()
        except OSError as error:  # the network's weights come from the net
            print(json.dumps({"case": "duplicates", "by": f"imagededup {method.__name__} {options}",
                              "skipped": str(error)}), flush=True)
            continue
        found = hasher.find_duplicates(image_dir=folder, **options)
        groups = [([a, b], 0) for a, near in found.items() for b in near if a < b]
        pairs = {tuple(sorted(g)) for g, _ in groups}
        hit = collections.Counter(w for c, (o, w) in planted.items() if tuple(sorted((c, o))) in pairs)
        all_of = collections.Counter(w for _, w in planted.values())
        true = sum(hit.values())
        print(json.dumps({"case": "duplicates", "by": f"imagededup {method.__name__} {options}",
                          "seconds": round(time.time() - started, 1), "pairs": len(pairs),
                          "recall": {w: round(hit[w] / n, 4) for w, n in all_of.items()},
                          "found_pairs": true, "other_pairs": len(pairs) - true}), flush=True)


def placeholder(arguments):
    folder = os.path.join(arguments.work, "catalogue")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    files = plant_placeholder(arguments, folder)
    seconds, findings = run_oddlot(arguments, folder, os.path.join(arguments.work, "run"))
    with_it = [{base(p) for p in members(f)} for f in findings
               if f["kind"] in ("duplicate", "placeholder") and files & {base(p) for p in members(f)}]
    best = max(with_it, key=lambda g: len(g & files), default=set())
    print(json.dumps({"case": "placeholder", "seed": arguments.seed, "products": arguments.n,
                      "copies": len(files), "findings_with_it": len(with_it),
                      "members": len(best & files), "strangers": len(best - files),
                      "other_placeholders": sum(f["kind"] == "placeholder" for f in findings) -
                      sum(f["kind"] == "placeholder" and bool(files & {base(p) for p in members(f)})
                          for f in findings), "seconds": seconds}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("oddlot")
    parser.add_argument("work")
    parser.add_argument("case", choices=["duplicates", "placeholder"])
    parser.add_argument("source")
    parser.add_argument("n", type=int, help="images of the source; 0: all")
    parser.add_argument("copies", type=int, nargs="?", default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--per-ten", type=int, default=10, help="of ten images, how many are copied")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--hashes", action="store_true")
    arguments = parser.parse_args()
    arguments.oddlot = os.path.abspath(arguments.oddlot)
    arguments.work = os.path.abspath(arguments.work)
    os.makedirs(arguments.work, exist_ok=True)
    (duplicates if arguments.case == "duplicates" else placeholder)(arguments)


if __name__ == "__main__":
    main()
