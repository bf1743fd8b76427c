#!/bin/bash
# A belief network learns from the catalogue: the same weights to the bit on any number of ranks and threads, and after
# a kill in the middle of an epoch of any layer; free energies and errors are those that NumPy finds by its weights,
# and its last hidden layer is a feature.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
cat >job.yaml <<'END'
name: belief
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], held_out: 0.2}
image: {size: 28, channels: gray}
train:
  task: belief
  network: [dense 40, sigmoid, dense 12, sigmoid]
  belief: {chains: 40, temperatures: 200}
  epochs: 3
  batch: 24
features: {source: trained, normalize: none}
reduce: {method: none}
fit: {detector: forest, forest: {trees: 30}}
score: {rank_by: free_energy}
END

# alike RUN RUN
alike() {
    check same "$1" "$2" train.h5
    cmp -s "$1/networks/belief.onnx" "$2/networks/belief.onnx" || fail "$2: the network differs"
    [ -z "$(ls "$2/checkpoints")" ] || fail "$2/checkpoints: $(ls "$2/checkpoints")"
}

trains calm 1
check believed calm
for ranks in 2 3; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) trains ranks-$ranks $ranks
    alike calm ranks-$ranks
done

# Gaussian pixels, chains that stay, sparse units; images moved while it learns
other=(--set train.belief.visible=gaussian --set train.belief.rate=0.005 --set train.belief.persistent=true
    --set train.belief.steps=2 --set train.belief.sparsity_cost=0.1 --set train.augment.shift=2)
trains gaussian-1 1 "${other[@]}"
trains gaussian-3 3 "${other[@]}"
alike gaussian-1 gaussian-3
check believed gaussian-1

# killed in the second epoch, and in one of the second layer; 10 steps an epoch
for after in 12 36; do
    run=killed-$after
    good on 2 ingest job.yaml -o $run "${other[@]}"
    hurt train.step:rank=1:after=$after 2 train job.yaml -o $run "${other[@]}"
    good on 3 train job.yaml -o $run "${other[@]}"
    says "goes on after epoch"
    alike gaussian-1 $run
done

# a checkpoint that is not what was written, and one that someone wrote anew, without checksums
good on 2 ingest job.yaml -o spoilt
hurt train.step:rank=1:after=36 2 train job.yaml -o spoilt
cp spoilt/checkpoints/train whole-checkpoint
spoilt() { # WORDS DATASET VALUES, of which the old ones are `value`
    cp whole-checkpoint spoilt/checkpoints/train
    "$python" "$tests/spoil.py" spoilt/checkpoints/train "${@:2}"
    fails_with 1 "$1" on 2 train job.yaml -o spoilt
    says "remove this file to begin the training anew"
    [ "$(grep -o checkpoints/train err | wc -l)" = 1 ] || fail "the file is not named, or more than once"
}
spoilt "checksum is wrong" trainer/layer1/weight "value + 1" in-place
spoilt "'layer1/weight' has 31359 values instead of 31360" trainer/layer1/weight "value[:-1]"
spoilt "'learner' has a value that is not finite" trainer/learner "value * np.nan"
spoilt "is of type f64, not f32" trainer/layer1/visible_bias "value.astype(float)"
spoilt "at an impossible place" progress/fold "value + 2"

# the whole of a job: the last hidden layer is a feature, energies rank
good on 2 run job.yaml -o whole
did ingest train features reduce fit score evaluate report
check same calm whole train.h5
check believed whole
good on 2 run job.yaml -o whole --set score.rank_by=reconstruction
did score evaluate report
good alone run job.yaml -o whole --dry-run
says "belief: 2 networks of"
says "12 values for each image"
good on 2 run job.yaml -o gaussian-1 "${other[@]}"
check believed gaussian-1

# what cannot be
no() { fails_with 2 "$1" on 1 train job.yaml -o calm "${@:2}"; }
no "item 2 'relu': task belief has layers of units that are on or off" --set train.network="[dense 40, relu]"
no "each with its sigmoid" --set train.network="[dense 40]"
no "item 1 'conv 4 5x5': task belief" --set train.network="[conv 4 5x5, sigmoid]"
no "item 1 'dense 40 no bias': task belief" --set train.network="[dense 40 no bias, sigmoid]"
no "task belief does not use it" --set train.rate=0.1
fails_with 1 "try a smaller train.belief.rate" on 2 train job.yaml -o calm --set train.belief.rate=100 \
    --set train.belief.visible=gaussian
