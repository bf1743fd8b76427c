#!/usr/bin/python3
"""How many made faults the checks of an audit find, and how many clean pictures they flag, beside CleanVision on the
same files.

  audit_faults.py [--source NAME]... [--seeds 1,2,3] [--peer-python FILE] [--keep FOLDER] [--data FOLDER]

Catalogues are make_faulty.py's. A line of JSON for each catalogue: `recall` by fault, that is pictures with the
fault of which a check says it (EXPECTED: of a blurred picture `blur` or `upscaled`, say); `false` the clean
pictures flagged, by check, and `false_share` of those that any check flags; seconds. Collections have faults of
their own: `false` counts what is true of them, too; --keep FOLDER keeps catalogues and runs, to look at them.
The peer is run by a Python that has CleanVision (PyPI)."""
import argparse
import collections
import csv
import json
import os
import subprocess
import sys
import time

import h5py

import bench_tools
import make_faulty

JOB = """name: faults
catalogue: {path: images}
ingest: {max_unreadable: 0.5}
image: {size: 64}
features: {source: pixels}
copies: {near: false}
check: {checks: all}
"""
# for each fault the checks that say it, and CleanVision's issues that do. Many blank pictures are one placeholder, and
# of a picture that is of one colour once it is dark `blank` is said.
EXPECTED = dict(
    blank=(["blank", "placeholder"], ["low_information"]), single_colour=(["blank"], ["low_information"]),
    blur=(["blur", "upscaled"], ["blurry"]), upscaled=(["upscaled", "blur"], ["blurry"]),
    dark=(["dark", "blank"], ["dark"]), grey=(["grey"], ["grayscale"]), border=(["border", "letterbox"], []),
    letterbox=(["letterbox", "border"], []), cut_file=(["unreadable", "cut_short", "half_grey"], []),
    half_grey=(["half_grey"], []), small=(["odd_size"], ["odd_size"]), wrong_ending=(["ending"], []),
    off_white=(["off_white"], []), cut_edge=(["touches_edge"], []), little_fill=(["small_fill"], []))
SIZES = dict(electronics=dict(clean=350, each=10), clipart=dict(clean=900, each=20),
             fashion=dict(clean=3000, each=30))
PEER = """
import json, sys, time
from cleanvision import Imagelab
import logging, warnings
warnings.filterwarnings("ignore")
started = time.perf_counter()
lab = Imagelab(filepaths=[line.rstrip("\\n") for line in open(sys.argv[1])])
lab.find_issues({name: {} for name in
                 "dark light odd_aspect_ratio low_information grayscale blurry odd_size".split()},
                n_jobs=int(sys.argv[2]), verbose=False)
seconds = time.perf_counter() - started
found = {}
for column in lab.issues:
    if column.startswith("is_") and column.endswith("_issue"):
        for path in lab.issues.index[lab.issues[column]]:
            found.setdefault(path.split("/")[-1], []).append(column[3:-6])
print("{" + json.dumps(dict(seconds=round(seconds, 2), found=found))[1:])
"""


def not_measurable(path):
    """Images of which a check says that it cannot know."""
    with h5py.File(path) as file:
        tally = file["tally"]
        return {check.decode(): int(n) for check, n in zip(tally["check"][:], tally["unmeasured"][:]) if n}


def found_by_us(args, folder, truth):
    """Checks that each file is flagged by, and seconds of the whole audit."""
    job = os.path.join(folder, "job.yaml")
    with open(job, "w") as file:
        file.write(JOB)
    started = time.perf_counter()
    bench_tools.oddlot(args, ["run", job, "-o", os.path.join(folder, "run")], ranks=1, threads=2)
    seconds = time.perf_counter() - started
    found = collections.defaultdict(set)
    with open(os.path.join(folder, "run/findings.csv"), errors="replace", newline="") as file:
        for line in csv.DictReader(file):
            paths = [line["path"]] + json.loads(line["others"] or "[]")
            if line["kind"] in ("unreadable", "hygiene", "placeholder"):  # other copies are not what was made
                for path in paths:
                    found[os.path.basename(path)].add(line["check"])
    return found, dict(seconds=round(seconds, 2), unknown=not_measurable(os.path.join(folder, "run/findings.h5")))


def found_by_peer(args, folder, truth):
    """It ends where a file is cut: those are kept from it, and count as not found."""
    names = os.path.join(folder, "names")
    with open(names, "w") as file:
        for name in truth:
            if truth[name] != "cut_file":
                file.write(os.path.join(folder, "images", name) + "\n")
    script = os.path.join(folder, "peer.py")
    with open(script, "w") as file:
        file.write(PEER)
    done = subprocess.run([args.peer_python, script, names, "2"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the peer failed: {done.stderr[-1000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return collections.defaultdict(set, {name: set(of) for name, of in answer["found"].items()}), \
        dict(seconds=answer["seconds"])


def rate(truth, found, which):
    """Recall by fault, and clean pictures flagged by check."""
    recall, of = collections.OrderedDict(), collections.Counter(truth.values())
    for fault, expected in EXPECTED.items():
        hits = sum(bool(found[name] & set(expected[which])) for name in truth if truth[name] == fault)
        recall[fault] = round(hits / of[fault], 3) if of[fault] else None
    clean = [name for name in truth if not truth[name]]
    for name in clean:  # copies that the collection has
        found[name].discard("placeholder")
    false = collections.Counter(check for name in clean for check in found[name])
    known = [value for value in recall.values() if value is not None]
    return dict(recall=recall, mean_recall=round(sum(known) / len(known), 3), clean=len(clean),
                false=dict(sorted(false.items())),
                false_share=round(sum(bool(found[name]) for name in clean) / len(clean), 4))


def one_catalogue(args, source, seed, folder):
    lines = make_faulty.make(folder, source, SIZES[source]["clean"], SIZES[source]["each"], seed, args.data)
    truth = {line["file"]: line["fault"] for line in lines}
    for who, find, which in ("oddlot", found_by_us, 0), ("cleanvision", found_by_peer, 1):
        if which and not args.peer_python:
            continue
        found, cost = find(args, folder, truth)
        bench_tools.say(args, case="audit_faults", who=who, source=source, seed=seed, images=len(truth), **cost,
                        **rate(truth, found, which))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", action="append", choices=list(SIZES))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--peer-python", help="a Python that has CleanVision; without it there is no peer")
    parser.add_argument("--data", default=os.environ.get("ODDLOT_BENCH_DATA", ""), help="folder of real shards")
    parser.add_argument("--keep", help="make the catalogues here and leave them")
    bench_tools.add_options(parser)
    args = parser.parse_args()
    bench_tools.start(args)
    with bench_tools.scratch() as scratch:
        for source in args.source or list(SIZES):
            for seed in args.seeds.split(","):
                folder = os.path.join(args.keep or scratch, f"{source}-{seed}")
                one_catalogue(args, source, int(seed), folder)


if __name__ == "__main__":
    main()
