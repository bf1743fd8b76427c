#!/bin/bash
# A second head learns with the classes from what was verified as odd: it tells other odd images, and those of the fold that
# it has not seen; the same bits on any number of ranks and after a kill; what cannot be.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 800 # every 20th is no footwear
cat >job.yaml <<'END'
name: second
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], verified_odd: 20}
image: {size: 28, channels: gray}
train:
  task: classify
  network: [conv 6 5x5, relu, max_pool 2, dense 24, relu]
  folds: 2
  epochs: 6
  batch: 32
  rate: 0.004
  classify: {least: 50, outlier_loss: 1, center_loss: 0.01}
features: {source: trained}
reduce: {method: none}
score: {rank_by: outlier}
END
good on 1 run job.yaml -o one
says "train: the second head learns from 20 odd images"
check second_head one 2 0.8
$python -c 'import h5py; a = h5py.File("one/evaluate.h5")["metrics/roc_auc/outlier"][()]; assert a > 0.9, a'
for ranks in 2 4; do
    OMP_NUM_THREADS=2 trains on$ranks $ranks
    check same one on$ranks train.h5
    cmp -s one/networks/fold-2.onnx on$ranks/networks/fold-2.onnx || fail "another network on $ranks ranks"
done
good on 2 ingest job.yaml -o killed
hurt train.step:rank=1:after=90 2 train job.yaml -o killed
good on 1 train job.yaml -o killed
says "goes on after epoch"
check same one killed train.h5

# one network has learnt from all of them
trains seen 2 --set train.folds=1
check second_head seen 1 0.8
# without it there is no such column
trains none 1 --set train.classify.outlier_loss=0 --set score.rank_by=vim
$python -c 'import h5py; f = h5py.File("none/train.h5"); assert "outlier" not in f and "auc_outlier" not in f'
fails_with 2 "no score 'outlier'" on 1 run job.yaml -o none --set train.classify.outlier_loss=0
fails_with 2 "learns from images that were verified as odd, and there are 0" on 2 run job.yaml -o none \
    --set contamination.verified_odd=0
