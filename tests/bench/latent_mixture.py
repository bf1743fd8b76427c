#!/usr/bin/python3
"""System 1 on the default backbone: `jobs/latent-mixture-deep.yaml` on four real collections, each a theme with a
quarter of others in it.

  latent_mixture.py FOLDER --data DATA [--collection NAME]... [--seeds 10] [--techniques WORDS] [--components LIST]
                    [--csv FILE]

DATA has imagenette-224.tar, photos-64px.tar, food101-64px.tar, fashion-products/ and electronics-320px.tar; folders of
classes are made of them in FOLDER, and the runs. Of photos six breeds of dogs are the theme, and 8 images of each other
class the others; products are the first 3,000 of shard 0 with electronics made as small, on white. A line of JSON for
each technique: means over themes and seeds; --csv appends every trial."""
import argparse
import collections
import csv
import io
import json
import os
import tarfile

from PIL import Image

import bench_tools

DOGS = {"n02085620", "n02094433", "n02099601", "n02099712", "n02106662", "n02113799"}
OTHERS_OF_A_CLASS, PRODUCTS, SMALL = 8, 3000, (60, 80)
# of each: mixtures, images of the theme, odd ones, tested ones of each
COLLECTIONS = dict(
    imagenette=(["tench with all others | n01440764", "springer with all others | n02102040",
                 "church with all others | n03028079", "golf ball with all others | n03445777"], 120, 40, 30),
    photos=(["dogs with all others | dogs"], 300, 100, 50),
    food=(["apple pie with sushi | apple_pie | sushi"], 899, 300, 100),
    products=(["clothes with electronics | clothes | electronics"], 900, 300, 100))
PCA = dict(zip(["two", "two_share", "priors", "none"], [
    "PCA {k}, priors, two theme components | reduce.pca.components={k} fit.mixture.theme_components=2",
    "PCA {k}, priors, two theme components, share known | reduce.pca.components={k} fit.mixture.theme_components=2 "
    "fit.mixture.share_strength=1000 fit.mixture.anomaly_share={phi}",
    "PCA {k}, priors | reduce.pca.components={k}",
    "PCA {k}, no priors | reduce.pca.components={k} fit.mixture.prior=none"]))
OTHER = dict(
    srp="SRP 5000, priors | reduce.method=srp fit.mixture.covariance=diagonal",
    sparse="sparse PCA 500, priors | reduce.method=sparse_pca reduce.sparse_pca.components=500",
    autoencoder="auto-encoder 100, priors | reduce.method=autoencoder reduce.autoencoder.network=[dense 100]")
TECHNIQUES = dict(**PCA, **OTHER)


def members(path):
    with tarfile.open(path) as tar:
        for member in sorted((m for m in tar if m.isfile()), key=lambda m: m.name):
            yield member.name, tar.extractfile(member).read()


def keep(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def make_photos(data, folder):
    count = collections.Counter()
    for name, found in members(os.path.join(data, "photos-64px.tar")):
        label, file = name.split("/")[0], name.replace("/", "_")
        count[label] += 1
        if label in DOGS:
            keep(folder, "dogs/" + file, found)
        elif count[label] <= OTHERS_OF_A_CLASS:
            keep(folder, "others/" + file, found)


def make_products(data, folder):
    for i, (name, found) in enumerate(members(os.path.join(data, "fashion-products/shard-0.tar"))):
        if i < PRODUCTS:
            keep(folder, "clothes/" + os.path.basename(name), found)
    for name, found in members(os.path.join(data, "electronics-320px.tar")):
        picture = Image.open(io.BytesIO(found)).convert("RGB")
        picture.thumbnail(SMALL)
        sheet, out = Image.new("RGB", SMALL, "white"), io.BytesIO()
        sheet.paste(picture, ((SMALL[0] - picture.width) // 2, (SMALL[1] - picture.height) // 2))
        sheet.save(out, "JPEG", quality=90)
        keep(folder, "electronics/" + os.path.splitext(os.path.basename(name))[0] + ".jpg", out.getvalue())


def make(collection, data, folder):
    if os.path.exists(folder):
        return
    if collection == "photos":
        make_photos(data, folder)
    elif collection == "products":
        make_products(data, folder)
    else:
        tar = dict(imagenette="imagenette-224.tar", food="food101-64px.tar")[collection]
        for name, found in members(os.path.join(data, tar)):
            keep(folder, name, found)


def run(args, collection):
    mixtures, theme, odd, test = COLLECTIONS[collection]
    home = os.path.join(args.folder, collection)
    make(collection, args.data, home)
    settings = {"catalogue.kind": "folder", "catalogue.path": [home], "catalogue.labels": [],
                "catalogue.label_from": "folder", "experiment.mixtures": mixtures, "experiment.theme_images": theme,
                "experiment.odd_images": odd, "experiment.test_images": test, "experiment.seeds": args.seeds,
                "experiment.components": args.components,
                "experiment.techniques": [TECHNIQUES[t] for t in args.techniques]}
    words = [w for key, value in settings.items()
             for w in ("--set", f"{key}={value if isinstance(value, str) else json.dumps(value)}")]
    out = home + "-run"
    bench_tools.oddlot(args, ["run", os.path.join(bench_tools.ROOT, "jobs/latent-mixture-deep.yaml"), "-o", out, *words],
                       ranks=1, threads=args.threads)
    with open(os.path.join(out, "experiment.csv"), newline="") as file:
        return list(csv.DictReader(file))


def say(args, collection, trials):
    for technique in dict.fromkeys(t["technique"] for t in trials):
        mine = [t for t in trials if t["technique"] == technique]
        mean = {key: round(sum(float(t[key]) for t in mine) / len(mine), 4)
                for key in ("sensitivity", "recall", "recall_at", "auc")}
        bench_tools.say(args, case="latent_mixture", collection=collection, technique=technique, trials=len(mine),
                        seeds=args.seeds, **mean)


def append(path, collection, trials):
    fresh = not os.path.exists(path)
    with open(path, "a", newline="") as file:
        table = csv.DictWriter(file, ["catalogue"] + list(trials[0]))
        if fresh:
            table.writeheader()
        table.writerows(dict(catalogue=collection, **trial) for trial in trials)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=os.path.abspath)
    parser.add_argument("--data", required=True, help="folder of real shards")
    parser.add_argument("--collection", action="append", choices=list(COLLECTIONS), help="default: all")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--techniques", type=lambda s: s.split(","), default=list(OTHER),
                        help=f"of {', '.join(TECHNIQUES)} (default: {','.join(OTHER)})")
    parser.add_argument("--components", type=lambda s: [int(k) for k in s.split(",")], default=[20],
                        help="of PCA (default 20)")
    parser.add_argument("--csv", metavar="FILE")
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    for collection in args.collection or list(COLLECTIONS):
        trials = run(args, collection)
        say(args, collection, trials)
        if args.csv:
            append(args.csv, collection, trials)


if __name__ == "__main__":
    main()
