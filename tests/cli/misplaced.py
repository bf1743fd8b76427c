#!/usr/bin/python3
"""What the test of categories knows of make_labelled.py's images.

    misplaced.py RUN MISPLACED.txt       categories.h5 and findings.csv of a run are as they should be
    misplaced.py relabel FOLDER LIST     a manifest with the right labels
    misplaced.py shuffle FOLDER          a manifest with labels by lot
"""
import csv, glob, os, random, sys

RIGHT = {"boots": "bags", "bags": "sandals"}  # of what is misplaced there


def manifest(folder, label):
    out = csv.writer(sys.stdout)
    out.writerow(["path", "label"])
    for path in sorted(glob.glob(os.path.join(folder, "*", "*.png"))):
        out.writerow([path, label(os.path.relpath(path, folder))])


def check(run, misplaced):
    import h5py
    wrong = set(open(misplaced).read().split())
    found = [r for r in csv.DictReader(open(run + "/findings.csv")) if r["check"] == "category"]
    paths = {r["path"] for r in found}
    assert len(paths & wrong) >= len(wrong) - 2, (paths, wrong)
    assert len(paths - wrong) <= 4, paths - wrong
    first = [r["path"] for r in sorted(found, key=lambda r: -float(r["severity"]))][:4]
    assert len(set(first) & wrong) >= 3, first
    for r in found:
        if r["path"] in wrong:
            place = os.path.dirname(r["path"])
            assert r["sentence"].startswith(f"filed under '{place}', looks like '{RIGHT[place]}' ("), r["sentence"]
    doubled = [r for r in csv.DictReader(open(run + "/findings.csv")) if r["check"] == "doubled_category"]
    assert len(doubled) == 1 and "'pants'" in doubled[0]["sentence"] and "'trousers'" in doubled[0]["sentence"], doubled
    with h5py.File(run + "/categories.h5") as f:
        names = [n.decode() for n in f["category/name"]]
        assert names == ["bags", "boots", "pants", "sandals", "shirts", "trousers"], names
        own, of = f["image/probability"][:], f["image/category"][:]
        assert (own[of >= 0] >= 0).all() and (own[of >= 0] <= 1).all()
        assert (of < 0).sum() == 3  # rare ones, and the one that cannot be read
        joint = sum(f["joint/estimated"][:])
        assert abs(joint - f["category/images"][:].sum()) < 1e-6, joint


def main():
    if sys.argv[1] == "relabel":
        wrong = set(open(sys.argv[3]).read().split())
        merged = {"pants": "trousers"}

        def right(name):
            place = os.path.dirname(name)
            return RIGHT[place] if name in wrong else merged.get(place, place)

        manifest(sys.argv[2], right)
    elif sys.argv[1] == "shuffle":
        rng = random.Random(3)
        manifest(sys.argv[2], lambda name: rng.choice("abcd"))
    else:
        check(sys.argv[1], sys.argv[2])


main()
