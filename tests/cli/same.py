#!/usr/bin/python3
"""Are the datasets of HDF5 files the same to the bit? Provenance may differ: time, ranks, command.

    same.py RUN_A RUN_B FILE..."""
import sys

import h5py


def datasets(path):
    found = {}
    with h5py.File(path) as f:
        f.visititems(lambda name, o: found.update({name: o[()]}) if isinstance(o, h5py.Dataset) else None)
    return found


for name in sys.argv[3:]:
    a, b = (datasets(f"{run}/{name}") for run in sys.argv[1:3])
    assert a and a.keys() == b.keys(), (name, a.keys() ^ b.keys())
    for key in a:
        assert a[key].dtype == b[key].dtype and a[key].shape == b[key].shape, (name, key)
        assert a[key].tobytes() == b[key].tobytes(), f"{name}: {key} differs"
