#!/bin/bash
# Networks learn from the catalogue: the same weights to the bit on any number of ranks and threads,
# after a kill in the middle of an epoch and after a signal; they learn; what cannot be is told.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
cat >job.yaml <<'END'
name: damage
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
image: {size: 28, channels: gray}
reduce: {pca: {components: 8}}
train:
  network: [conv 4 5x5, batch_norm, leaky_relu 0.01, max_pool 2, dropout 0.2, dense 2]
  folds: 3
  epochs: 3
  batch: 24
  damage: {kinds: [square, missing, cut_jpeg], side: 8}
END

# alike RUN RUN: networks and results; nothing is left of the checkpoint
alike() {
    check same "$1" "$2" train.h5
    for fold in 1 2 3; do
        cmp -s "$1/networks/fold-$fold.onnx" "$2/networks/fold-$fold.onnx" || fail "$2: network $fold differs"
    done
    [ "$(ls "$2/networks")" = "$(ls "$1/networks")" ] || fail "networks of $2: $(ls "$2/networks")"
    [ -z "$(ls "$2/checkpoints")" ] || fail "$2/checkpoints: $(ls "$2/checkpoints")"
}

trains calm 1
check trained calm 300 3 3
good on 1 train job.yaml -o calm
did
for ranks in 2 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) trains ranks-$ranks $ranks
    alike calm ranks-$ranks
done
trains streamed 2 --set memory=0
says "read one by one"
alike calm streamed

# killed in the middle of an epoch of the first, second and last fold; 9 steps an epoch
for after in 13 40 78; do
    run=killed-$after
    good on 2 ingest job.yaml -o $run
    hurt train.step:rank=1:after=$after 2 train job.yaml -o $run
    [ ! -e $run/train.h5 ] || fail "train.h5 was published without one of its ranks"
    good on 3 train job.yaml -o $run
    says "goes on after epoch $((after / 9 % 3)) of fold $((after / 27 + 1))"
    alike calm $run
done

# a real kill from outside
good on 2 ingest job.yaml -o shot
ODD_FAULT=train.step:rank=0:after=14:wait=here start 2 train job.yaml -o shot
until_there here # in the middle of epoch 2
says "fold 1, epoch 1"
kill -9 "$(ranks | tail -n 1)"
ends_with "$(killed)"
good on 2 train job.yaml -o shot
says "goes on after epoch 1 of fold 1"
alike calm shot

# told to stop, and one rank that fails
good on 2 ingest job.yaml -o told
rm here
ODD_FAULT=train.step:rank=0:after=14:wait=here start 2 train job.yaml -o told
until_there here
kill -s USR1 "$(ranks | tail -n 1)"
rm here
ends_with 75
for point in train.step:rank=1:after=5 store.publish:rank=0; do
    export ODD_FAULT=$point
    fails_with 1 "${point%%:*}" on 2 train job.yaml -o told
    unset ODD_FAULT
done
good on 4 train job.yaml -o told
alike calm told

# a checkpoint of other settings is not taken
good on 1 ingest job.yaml -o other
hurt train.step:after=20 1 train job.yaml -o other --set train.rate=0.002
good on 1 train job.yaml -o other
! grep -q "goes on" err || fail "went on with another training"
alike calm other

# they learn, and patience keeps the best epoch
learns=(--set train.damage.kinds=square --set train.damage.side=12 --set train.epochs=12 --set train.rate=0.01)
trains learnt 2 "${learns[@]}" --set train.network="[conv 8 5x5, relu, max_pool 2, dense 1]"
check trained learnt 300 3 12 0.85
trains patient 2 "${learns[@]}" --set train.patience=2 --set train.rate=0.03
check trained patient 300 3 12

# images that are mirrored to learn from are judged both ways
for ranks in 1 2; do
    trains mirrored-$ranks $ranks --set train.augment.flip=true --set train.network="[dense 1]"
done
alike mirrored-1 mirrored-2
check trained mirrored-2 300 3 3
check mirrored mirrored-2 3

# the whole of a job, with its audit
good on 2 run job.yaml -o whole
did ingest train features reduce fit score evaluate report
check same calm whole train.h5
good alone run job.yaml -o whole --set train.epochs=2 --dry-run
says "damage: 3 networks of"

# damaged images that nobody marked are found: white squares on 12 of the 300
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
cp job.yaml planted.yaml
cat >>planted.yaml <<'END'
contamination: {theme: [0], anomaly_share: 0.04, seed: 3}
score: {rank_by: damage, flag_by: share, flag_share: 0.04}
END
planted=(--set train.network="[conv 8 5x5, relu, max_pool 2, dense 1]" --set catalogue.kind=hdf5
    --set catalogue.path=planted.h5 --set catalogue.dataset=images --set catalogue.label_dataset=labels)
good on 2 run planted.yaml -o planted "${learns[@]}" "${planted[@]}"
check agrees planted 300 0
check damaged planted 0.9 0.01
good on 2 run planted.yaml -o planted "${learns[@]}" "${planted[@]}" --set score.damage_share=0.04
did score evaluate report
check damaged planted 0.9 0.04
good on 2 run planted.yaml -o planted "${learns[@]}" "${planted[@]}" --set score.damage_share=0
check damaged planted 0.9 0
fails_with 2 "no score 'damage'" on 1 score planted.yaml -o planted --set train.network="[]"

# kinds and sizes of damage that nobody learns from: on images of one grey level most of them change nothing
cat >solid.yaml <<'END'
catalogue: {kind: generated, pattern: solid, images: 150, side: 24}
image: {size: 24, channels: gray}
train:
  network: [conv 4 5x5, relu, max_pool 2, dense 1]
  folds: 2
  epochs: 4
  rate: 0.01
  damage: {kinds: square, side: 8, judged: [black, noise, missing, duplicate, blur, crop], judged_sizes: [0.125, 0.3334, 1],
           judged_images: 100}
END
for ranks in 1 2 3; do
    good on $ranks ingest solid.yaml -o solid-$ranks
    good on $ranks train solid.yaml -o solid-$ranks
    check same solid-1 solid-$ranks train.h5
done
says "blur         whole"
check unseen solid-1 100 1 6 3 missing duplicate blur crop

# what cannot be
no() { fails_with 2 "$1" on 2 train job.yaml -o calm "${@:2}"; }
no "item 1 'conf 4 5x5': there is no layer 'conf'" --set train.network="[conf 4 5x5]"
no "the network ends in 10 values" --set train.network="[dense 10]"
no "no damage 'rust'; there are: square, black" --set train.damage.kinds="[square, rust]"
no "no kind of damage" --set train.damage.kinds="[]"
no "'square' is learnt" --set train.damage.judged="[blur, square]"
no "no damage 'moth'" --set train.damage.judged="[moth]"
no "'2' is no share of a side" --set train.damage.judged_sizes="[0.1, 2]"
no "none of train.damage.kinds is damage to a region" --set train.damage.kinds=blur --set train.damage.judged_sizes=0.1
no "0.6 is above train.damage.largest" --set train.damage.smallest=0.6
no "needs train.folds: 3 or more" --set train.patience=1 --set train.folds=2
no "32 shards of a batch of 24 images" --set train.shards=32
no "train is no stage of this job" --set train.network="[]"
fails_with 1 "fold 1, epoch 1: " on 2 train job.yaml -o calm --set train.rate=1e6 --set train.optimizer=sgd \
    --set train.network="[dense 50, dense 50, dense 2]"
says "learning rate"
