#!/bin/bash
# Labels to learn: some are missing, NaN, on one image alone, on images that a person found odd; all are missing; and there
# are a thousand.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"

images png shop 60
echo "no image" >shop/5/zebra.png
$python - <<'END'
import os
files = [os.path.join(d, f) for d, _, names in sorted(os.walk("shop")) for f in sorted(names)]
with open("list.csv", "w") as out:
    out.write("path,label,verified\n")
    for i, f in enumerate(files):
        label = os.path.basename(os.path.dirname(f))
        out.write(f"{f},{'' if i % 7 == 0 else 'rare' if i == 5 else label},{'odd' if i % 9 == 1 else ''}\n")
END
cat >job.yaml <<'END'
name: list
catalogue: {kind: manifest, path: list.csv}
image: {size: 28, channels: gray}
ingest: {max_unreadable: 0.5}
train: {task: classify, network: [dense 16, relu], folds: 3, epochs: 4, batch: 16}
reduce: {method: none}
END
trains listed 2
says "labels have less than 2 images to learn from"
check classified listed 3 4 0.2
trains alone 2 --set train.classify.least=1 # the network that predicts it has never seen its like
check classified alone 3 4 0.2

# labels that are no numbers are none
$python - <<'END'
import h5py
import numpy as np
rng = np.random.default_rng(0)
label = np.repeat(np.arange(3), 20).astype("f4")
label[::7] = np.nan
with h5py.File("nan.h5", "w") as f:
    f["images"], f["labels"] = rng.integers(0, 255, (60, 28, 28)).astype("u1"), label
bases = rng.integers(0, 255, (1001, 12, 12)).astype("i4")
with h5py.File("many.h5", "w") as f:
    f["images"] = np.clip(np.repeat(bases, 2, 0) + rng.integers(-9, 9, (2002, 12, 12)), 0, 255).astype("u1")
    f["labels"] = np.repeat(np.arange(1001), 2)
END
cat >job.yaml <<'END'
name: stored
catalogue: {kind: hdf5, path: nan.h5, label_dataset: labels}
image: {size: 28, channels: gray}
train: {task: classify, network: [dense 16, relu], folds: 3, epochs: 1}
reduce: {method: none}
END
trains nan 1
says "of 51 images not learnt from"
check classified nan 3 1 0

# a thousand classes of two images each
trains many 2 --set catalogue.path=many.h5 --set image.size=12 --set train.folds=2 --set train.epochs=4 --set train.rate=0.01 \
    --set train.batch=32 --set train.network="[dense 48, relu]"
says "logits of 1001 classes are not written"
$python - <<'END'
import h5py
with h5py.File("many/train.h5") as f:
    assert f["accuracy"][()] > 0.9 and len(f["classes/f1"]) == 1001, f["accuracy"][()]
    assert "features" in f and "logits" not in f and "confusion" not in f["classes"]
END

# no labels at all
echo "path,label" >list.csv
for i in shop/*/*.png; do echo "$i," >>list.csv; done
sed -i 's/kind: hdf5.*/kind: manifest, path: list.csv}/' job.yaml
good on 1 ingest job.yaml -o blank
fails_with 2 "no image has one" on 2 train job.yaml -o blank
