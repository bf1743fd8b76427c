#!/usr/bin/python3
"""Does train.h5 tell how well networks see damage that they did and did not learn from? Damage that changes nothing
(the kinds named last) cannot be seen: an area of 0.5.

    unseen.py RUN IMAGES LEARNT UNLEARNT SIZES KIND..."""
import sys

import h5py
import numpy as np

run, (images, learnt, unlearnt, sizes), hidden = sys.argv[1], map(int, sys.argv[2:6]), sys.argv[6:]
with h5py.File(f"{run}/train.h5") as f:
    table = {name: f["judged/" + name][()] for name in f["judged"]}
names = [name.decode() for name in table["name"]]
assert table["images"] == images and len(set(names[: learnt + unlearnt])) == learnt + unlearnt == len(names) - sizes
assert table["learnt"][:learnt].all() and not table["learnt"][learnt : learnt + unlearnt].any()
assert names[learnt + unlearnt :] == ["any"] * sizes
for name in ("auc", "altered"):
    assert ((table[name] >= 0) & (table[name] <= 1)).all(), table[name]

by_kind = {name: i for i, name in enumerate(names[: learnt + unlearnt])}
for kind in hidden:
    i = by_kind[kind]
    assert table["altered"][i] == 0 and table["auc"][i] == 0.5 and np.isnan(table["auc_altered"][i]), kind
seen = [i for i in range(len(names)) if names[i] not in hidden]
assert (table["altered"][seen] > 0.9).all() and np.isfinite(table["auc_altered"][seen]).all()
# images that are not altered are told from themselves: half of them count as right
share, auc, auc_altered = (table[name][seen] for name in ("altered", "auc", "auc_altered"))
assert (np.abs(auc - (share * auc_altered + (1 - share) / 2)) < 0.05).all()

size = table["smallest"][-sizes:]
assert (size == table["largest"][-sizes:]).all() and (np.diff(size) > 0).all()
assert table["learnt"][-sizes:].tolist() == [0, 1, 0]
square = by_kind["square"]
assert table["auc"][square] > 0.9, table["auc"]
assert abs(table["auc"][square] - table["auc"][-2]) < 0.1  # the same damage, drawn anew
