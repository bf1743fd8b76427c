#!/usr/bin/python3
"""grouped.py RUN none|group|parts SIZE: what the check `group` says of make_grouped.py's images."""
import csv, json, sys

import h5py
import numpy as np

run, what, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
found = [r for r in csv.DictReader(open(run + "/findings.csv")) if r["check"] == "group"]
with h5py.File(run + "/groups.h5") as f, h5py.File(run + "/ingest.h5") as g:
    part, kind, path = f["layout/part"][:], f["layout/kind"][:], [p.decode() for p in g["path"][:]]
    images = f["layout/of_part/images"][:]
    assert [int((part == c).sum()) for c in range(len(images))] == list(images), images
    for c, medoid in enumerate(f["layout/of_part/medoid"][:]):
        assert part[medoid] == c
    lines = [r for r in csv.DictReader(open(run + "/groups.csv")) if r["view"] == "layout"]
    for level in ("part", "kind"):
        of = [r for r in lines if r["level"] == level]
        assert [int(r["images"]) for r in of] == list(f[f"layout/of_{level}/images"][:]), of
        assert [int(r["group"]) for r in of] == list(range(len(of)))
        assert all(path[int(r["medoid_row"])] == r["medoid"] for r in of), of
    inside = f["layout/of_kind/part"][:]
    both = (kind >= 0) & (part >= 0)
    assert (inside[kind[both]] == part[both]).all()  # a kind is in one part
if what == "none":
    assert not found, found
elif what == "group":
    assert len(found) == 1, found
    members = [found[0]["path"]] + json.loads(found[0]["others"])
    planted = sum(m.startswith("z") for m in members)
    assert planted == len(members) and planted >= 0.95 * size, (planted, len(members), size)
    assert "less white ground (0 %, the others " in found[0]["sentence"], found[0]["sentence"]
    told = [r for r in lines if r["level"] == "part" and int(r["images"]) == len(members)]
    assert told and told[0]["apart_by"] and told[0]["apart_by"] in found[0]["sentence"], told
else:
    assert len(found) == 1 and "2 large parts" in found[0]["sentence"], found
    assert len({p[0] for p in [found[0]["path"]] + json.loads(found[0]["others"])}) == 2, found
