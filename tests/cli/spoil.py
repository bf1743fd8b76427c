"""Change a dataset of a file: spoil.py FILE DATASET VALUES [in-place]

VALUES: a Python expression of the old ones, `value`. In place, its attributes stay; else it is a new dataset of their type
and shape with all of them but the checksum."""
import sys

import h5py
import numpy as np

path, name, expression, *how = sys.argv[1:]
with h5py.File(path, "r+") as file:
    old = file[name]
    attributes = {key: value for key, value in old.attrs.items() if key != "checksum"}
    values = eval(expression, {"value": old[()], "np": np})
    if how:
        old[...] = values
    else:
        del file[name]
        file.create_dataset(name, data=values).attrs.update(attributes)
