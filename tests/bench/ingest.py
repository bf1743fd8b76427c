#!/usr/bin/python3
"""Time the reading of images against Pillow on one core, and look at the memory that it takes.

  photos      JPEG of about 0.2 megapixels to 299 x 299 RGB
  thumbnails  JPEG of 60 x 80 to 64 x 64 RGB
  memory      peak of each of 2 ranks for 1,000, 10,000 and 100,000 thumbnails

The first two pin one rank of one thread, or Pillow, to one core, in turns. Ours is the whole
stage with its HDF5 file flushed to disk (attribute `seconds` of ingest.h5), against Pillow keeping the
arrays in memory; beside it `oddlot bench prepare` on one image of the shard. Images: --data, a folder with
imagenet-1000.tar and fashion-products/shard-0.tar; without it JPEGs made of Debian's openclipart-png.
"""
import argparse
import os
import tarfile

import h5py

import bench_tools as tools

CASES = {
    "photos": dict(shard="imagenet-1000.tar", size=299, made="480x420", images=1000, goal=1.5),
    "thumbnails": dict(shard="fashion-products/shard-0.tar", size=64, made="60x80", images=10000, goal=3.0),
}
COUNTS = (1000, 10000, 100000)
CORE = 0


def make(folder, images, size):
    tools.run([tools.PYTHON, os.path.join(tools.HERE, "make_catalogue.py"), folder, "--images", str(images),
               "--size", size, "--channels", "rgb", "--theme", "/usr/share/openclipart/png", "--damaged", "1"])


def shard_of(args, case, folder):
    """The shard and what it is; one is made if there are no data."""
    path = os.path.join(args.data, case["shard"]) if args.data else ""
    if os.path.exists(path):
        return path, case["shard"]
    made = os.path.join(folder, "made")
    if not os.path.exists(made):
        make(made, case["images"], case["made"])
    return os.path.join(made, "shard-00000.tar"), f"made of clip art, {case['made']}"


def write_job(path, catalogue, size):
    with open(path, "w") as file:
        file.write(f"catalogue: {{kind: tar, path: {catalogue}}}\nimage: {{size: {size}, channels: rgb}}\n")


def ingest(args, folder, catalogue, size, ranks, pin=None):
    """(images, seconds of the stage, peak bytes of a rank, bytes of ingest.h5)"""
    job, run = os.path.join(folder, "ingest.yaml"), os.path.join(folder, "run")
    write_job(job, catalogue, size)
    tools.oddlot(args, ["ingest", job, "-o", run], ranks=ranks, pin=pin)
    path = os.path.join(run, "ingest.h5")
    with h5py.File(path) as file:
        found = (len(file["images"]), float(file.attrs["seconds"]), int(file.attrs["peak_bytes_per_rank"]),
                 os.path.getsize(path))
    os.remove(path)
    return found


def median_image(shard, folder):
    """One image of the shard as a file: that of median size in bytes."""
    with tarfile.open(shard) as tar:
        members = sorted((m for m in tar if m.isfile()), key=lambda m: m.size)
        path = os.path.join(folder, "image.jpg")
        with open(path, "wb") as file:
            file.write(tar.extractfile(members[len(members) // 2]).read())
    return path


def compare(args, name, folder):
    case = CASES[name]
    shard, what = shard_of(args, case, folder)
    image = median_image(shard, folder)
    ours, theirs, prepared = [], [], []
    for _ in range(args.rounds):
        images, seconds, _, _ = ingest(args, folder, shard, case["size"], 1, CORE)
        ours.append(images / seconds)
        peer = [tools.PYTHON, os.path.join(tools.HERE, "peer_pillow.py"), shard, str(case["size"]), "rgb"]
        found = tools.lines(tools.run(peer, pin=CORE))[0]
        theirs.append(found["images_per_second"])
        bench = ["bench", "prepare", f"file={image}", f"size={case['size']}", f"n={case['images']}", "repeat=1"]
        prepared.append(tools.lines(tools.oddlot(args, bench, 1, pin=CORE))[0]["images_per_second_per_rank"])
        tools.say(args, name=name, ingest=round(ours[-1]), peer=round(theirs[-1]), prepare=round(prepared[-1]))
    tools.say(args, summary=name, of="images_per_second on one core", data=what, images=images, size=case["size"],
              rounds=args.rounds, ours=round(tools.median(ours)), prepare=round(tools.median(prepared)),
              theirs={found["peer"]: round(tools.median(theirs))},
              ratio=tools.significant(tools.median(ours) / tools.median(theirs), 3), goal=case["goal"])


def memory(args, folder):
    peaks = []
    for images in COUNTS:
        catalogue = os.path.join(folder, f"thumbnails-{images}")
        make(catalogue, images, "60x80")
        _, seconds, peak, disk = ingest(args, folder, catalogue, 64, 2)
        peaks.append(peak)
        tools.say(args, name="memory", images=images, size=64, ranks=2, threads=1, seconds=round(seconds, 3),
                  peak_bytes_per_rank=peak, ingest_bytes=disk)
    tools.say(args, summary="memory", of="peak_bytes_per_rank", images=COUNTS, ours=peaks,
              ratio=tools.significant(peaks[-1] / peaks[0], 3), goal="flat")


def main():
    names = [*CASES, "memory"]
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("cases", nargs="*", help=f"of {', '.join(names)} (default: all)")
    ap.add_argument("--rounds", type=int, default=5, help="turns of each side (default 5)")
    ap.add_argument("--data", default=os.environ.get("ODDLOT_BENCH_DATA", ""), help="folder of real shards")
    tools.add_options(ap)
    args = ap.parse_args()
    for name in args.cases:
        if name not in names:
            ap.error(f"no case '{name}'; there are {', '.join(names)}")
    for name in args.cases or names:
        tools.start(args)
        with tools.scratch() as folder:
            memory(args, folder) if name == "memory" else compare(args, name, folder)


if __name__ == "__main__":
    main()
