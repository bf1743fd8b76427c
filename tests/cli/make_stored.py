#!/usr/bin/python3
"""Rows for the images of a run, as another program would write them.

    make_stored.py rows RUN        order.npy, named.npy and named.txt, order.h5, from numbers that follow from the name
    make_stored.py expect RUN      features.h5 of the run has those numbers, each image its own"""
import sys
import zlib

import h5py
import numpy as np

WIDTH = 6


def names_of(run):
    with h5py.File(run + "/ingest.h5") as f:
        return [p.decode() for p in f["path"]]


def row_of(name):
    return np.random.default_rng(zlib.crc32(name.encode())).integers(-8, 9, WIDTH) / 4


def make_rows(run):
    names = names_of(run)
    rows = np.stack([row_of(n) for n in names])
    np.save("order.npy", rows.astype("<f4"))
    with h5py.File("order.h5", "w") as f:
        f["big"] = rows.astype(">f8")
        f["half"] = rows.astype("<f2").reshape(-1, 2, WIDTH // 2)
        f["whole"] = rows.astype("i4")
        f["line"] = rows[:, 0]
    # in another order, with rows of images that are not there, and none of the one that cannot be read
    shuffled = [n for n in names if n != "broken.png"] + ["elsewhere/1.png", "elsewhere/2.png"]
    np.random.default_rng(5).shuffle(shuffled)
    rows = np.stack([row_of(n) for n in shuffled])
    np.save("named.npy", rows.astype(">f2"))
    with open("named.txt", "w") as f:
        f.write("\n".join(shuffled))
    with open("dos.txt", "wb") as f:
        f.write(b"\xef\xbb\xbf" + b"".join(n.encode() + b"\r\n" for n in shuffled))
    with h5py.File("named.h5", "w") as f:
        f["rows"] = rows
        f["path"] = shuffled
        f["fixed"] = np.array([n.encode() for n in shuffled])
        f["few"] = shuffled[:-1]
    # faults
    twice, missing = list(shuffled), list(shuffled)
    known = [i for i, n in enumerate(shuffled) if not n.startswith("elsewhere")]
    twice[known[1]] = twice[known[0]]
    missing[known[2]] = "elsewhere/3.png"
    for name, lines in ("twice", twice), ("missing", missing), ("few", shuffled[1:]), ("gap", shuffled[:3] + [""]):
        with open(name + ".txt", "w") as f:
            f.write("\n".join(lines) + "\n")
    with open("fault.txt", "w") as f:
        print(shuffled[known[0]], shuffled[known[2]], names[4], file=f)
    np.save("short.npy", np.zeros((len(names) - 1, WIDTH), "f4"))
    bad = np.stack([row_of(n) for n in names])
    bad[4, 3] = np.nan
    np.save("nan.npy", bad)
    bad[4, 3] = 1e300
    np.save("huge.npy", bad)


def expect(run):
    names = names_of(run)
    with h5py.File(run + "/features.h5") as f:
        x, row = f["features"][:], f["row"][:]
    readable = [i for i, n in enumerate(names) if n != "broken.png"]
    assert list(row) == readable, "rows of other images"
    wanted = np.stack([row_of(names[i]) for i in readable]).astype("f4")
    assert x.shape == wanted.shape and (x == wanted).all(), "an image has the row of another"


{"rows": make_rows, "expect": expect}[sys.argv[1]](sys.argv[2])
