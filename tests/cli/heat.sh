#!/bin/bash
# The report shows where trained networks see damage: on the squares that were planted, with the same
# bits on any number of ranks; networks that are gone, or of another training, are told.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
$python - <<'END'
import gzip
import h5py
import numpy as np
with gzip.open("cut-images.gz") as f:
    images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28).copy()
damaged = np.arange(12) * 25 + 3
for i in damaged:
    images[i, i % 16:i % 16 + 12, 5:17] = 255
with h5py.File("planted.h5", "w") as f:
    f["images"], f["labels"] = images, np.isin(np.arange(len(images)), damaged).astype("i4")
END
cat >job.yaml <<'END'
name: heat
catalogue: {kind: hdf5, path: planted.h5, dataset: images, label_dataset: labels}
image: {size: 28, channels: gray}
reduce: {pca: {components: 8}}
train:
  network: [conv 8 5x5, relu, max_pool 2, dense 1]
  folds: 3
  epochs: 12
  batch: 24
  rate: 0.01
  damage: {kinds: square, side: 12}
contamination: {theme: [0], anomaly_share: 0.04, seed: 3}
score: {rank_by: damage, flag_by: share, flag_share: 0.1}
END
good on 2 run job.yaml -o run
check heated run 28

# what they take for damaged are findings, the same on any number of ranks
good on 2 run job.yaml -o run --set check.checks=damage
did check report
check damage_found run
for ranks in 1 3; do
    cp -r run findings
    rm findings/findings.h5
    good on $ranks run job.yaml -o findings --set check.checks=all
    did copies categories groups check report
    check damage_found findings
    rm -r findings
done
printf 'catalogue: {path: .}\ncheck: {checks: damage}\n' >plain.yaml
fails_with 2 "check 'damage' needs networks that give a probability" alone run plain.yaml -o other

# anew RANKS: the report alone
anew() {
    rm -rf other
    cp -r run other
    rm other/report.h5
    good on "$1" run job.yaml -o other
    did report
    check same run other report.h5
    cmp run/report/img/000002-heat.png other/report/img/000002-heat.png || fail "$1 ranks: another picture"
}
for ranks in 1 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) anew $ranks
done

# images that are judged both ways have heat of both
good on 2 run job.yaml -o both --set train.augment.flip=true
check heated both 28

# fewer, and none
good on 2 run job.yaml -o other --set report.heat_most=3
[ "$(grep -c 'class="hottest"' other/report/index.html)" = 3 ] || fail "not 3 images with heat"
good on 2 run job.yaml -o other --set report.heat_maps=false
! ls other/report/img/*-heat.png 2>/dev/null || fail "pictures that nobody wanted"
! grep -q 'class="hottest"' other/report/index.html || fail "words that nobody wanted"

# networks of another training, and none
cp other/networks/fold-1.onnx other/networks/fold-2.onnx
fails_with 1 "is not the network that train.h5 is about" on 2 run job.yaml -o other
rm other/networks/fold-2.onnx
fails_with 1 "no heat maps (report.heat_maps): " on 2 run job.yaml -o other
says "networks/fold-2.onnx"
good on 2 run job.yaml -o other --set report.heat_maps=false

# networks of another task have no heat, but curves
good on 2 run job.yaml -o coder --set train.task=autoencoder --set train.network="[dense 16, relu, dense 4]" \
    --set train.epochs=2 --set score.rank_by=reconstruction
grep -q '<section id="training">' coder/report/index.html || fail "no curves"
! ls coder/report/img/*-heat.png 2>/dev/null || fail "heat without damage"
