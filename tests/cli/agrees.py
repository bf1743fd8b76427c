#!/usr/bin/python3
"""Does a run agree with itself? Rows in are rows out; audit.h5 leads to all files; flagged.csv,
/scores and the gallery of the report have the same images in the same order; errors.csv and ingest.h5
list the same unreadable ones.

    agrees.py RUN ROWS UNREADABLE"""
import csv
import html.parser
import os
import re
import sys

import h5py
import numpy as np
from PIL import Image

run, rows, unreadable = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
audit = h5py.File(f"{run}/audit.h5")
ingest, scores = audit["ingest"], audit["scores"]


def text(cell):
    """A name as it looks in a list of names: bytes that are not UTF-8 kept apart."""
    return cell.decode("utf-8", "surrogateescape")


def shown_as(name):
    """A name as a page can show it: what is not a character or has no picture is U+FFFD."""
    return re.sub("[\0-\b\v\f\x0e-\x1f\x7f\ufffd]+", "\ufffd", name)


def read_csv(name):
    with open(f"{run}/{name}", newline="", encoding="utf-8", errors="surrogateescape") as f:
        return list(csv.DictReader(f))


def unguarded(name):
    """Spreadsheets are kept from taking a name for a formula by a ' in front."""
    return name[1:] if re.match(r"'[=+\-@\t\r]", name) else name


class Gallery(html.parser.HTMLParser):
    """(picture, name, words) of each card; not the heat that lies over a picture."""

    def __init__(self):
        super().__init__()
        self.cards, self.inside = [], False

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "ol":
            self.inside = a.get("id") == "gallery"
        if self.inside and tag == "img" and a.get("class") != "heat":
            self.cards.append([a["src"], a["alt"], ""])

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "ol"

    def handle_data(self, data):
        if self.inside and self.cards:
            self.cards[-1][2] += data + " "


# rows in = rows out
path, status, score = ingest["path"][:], ingest["status"][:], scores["score"][:]
readable = status == 0
assert len(path) == len(score) == len(ingest["images"]) == rows, (len(path), len(score), rows)
assert (~readable).sum() == unreadable, (~readable).sum()
assert len(audit["features/features"]) == len(audit["reduce/components"]) == rows - unreadable
assert (audit["features/row"][:] == np.flatnonzero(readable)).all()
assert (np.isnan(score) == ~readable).all()
assert not ingest["images"][:][~readable].any()
for stage in ("ingest", "features", "reduce", "model", "scores", "evaluate", "report"):
    assert audit[stage].attrs["fingerprint"] == audit[f"provenance/{stage}"].attrs["fingerprint"]

# unreadable images
errors = read_csv("errors.csv")
assert [int(e["row"]) for e in errors] == list(ingest["errors/row"][:]) == list(np.flatnonzero(~readable))
assert all(unguarded(e["path"]) == text(path[int(e["row"])]) for e in errors)
assert all(e["status"] and e["reason"] for e in errors)

# ranks
rank = scores["rank"][:]
order = np.argsort(rank[readable])
assert sorted(rank[readable]) == list(range(1, rows - unreadable + 1)) and not rank[~readable].any()
assert (np.diff(score[readable][order]) <= 0).all()

# flagged: HDF5 = CSV = gallery
flagged = scores["flagged/row"][:]
assert (rank[flagged] == np.arange(1, len(flagged) + 1)).all()
lines = read_csv("flagged.csv")
assert [int(f["row"]) for f in lines] == list(flagged), "flagged.csv and scores.h5 differ"
assert [int(f["rank"]) for f in lines] == list(range(1, len(flagged) + 1))
assert [float(f["score"]) for f in lines] == list(score[flagged]), "scores of flagged.csv differ"
assert all(unguarded(f["path"]) == text(path[r]) for f, r in zip(lines, flagged))
gallery = Gallery()
with open(f"{run}/report/index.html", encoding="utf-8") as f:
    gallery.feed(f.read())
top = int(re.search(r"^ +top: (\d+)", open(f"{run}/job.yaml").read(), re.M)[1])
oddest = np.argsort(np.where(rank > 0, rank, len(rank) + 1), kind="stable")[:min(24, (rank > 0).sum())]
shown_rows = flagged if len(flagged) else oddest  # where none is flagged, those that come nearest
assert len(gallery.cards) == min(top, len(shown_rows)), len(gallery.cards)
for (picture, alt, words), r in zip(gallery.cards, shown_rows):
    shown = re.match(r"\s*([\d,]+)\s+row ([\d,]+)", words)
    assert int(shown[1].replace(",", "")) == rank[r] and int(shown[2].replace(",", "")) == r, words
    assert shown_as(alt) == shown_as(path[r].decode("utf-8", "replace")), (alt, path[r])
    pixels = np.asarray(Image.open(f"{run}/report/{picture}"))
    assert (pixels.reshape(ingest["images"].shape[1:]) == ingest["images"][r]).all(), picture
pictures = [p for p in os.listdir(f"{run}/report/img") if p[0] == "0" and "heat" not in p]
assert len(pictures) == len(gallery.cards)
print(f"{run}: {rows} rows, {unreadable} unreadable, {len(flagged)} flagged: all agree")
