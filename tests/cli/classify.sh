#!/bin/bash
# Networks learn labels: the same weights, centers and predictions to the bit on any number of ranks and threads, and
# after a kill; each image is predicted by a network that has not learnt from it; strangers are told; what cannot be.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 400
cat >job.yaml <<'END'
name: classes
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
image: {size: 28, channels: gray}
train:
  task: classify
  network: [conv 6 5x5, relu, max_pool 2, dropout 0.1, dense 24, relu]
  folds: 2
  epochs: 4
  batch: 24
  rate: 0.004
  classify: {center_loss: 0.05, smoothing: 0.1, class_weights: balanced, unknown: [9]}
features: {source: trained}
reduce: {method: none}
fit: {detector: mahalanobis}
score: {rank_by: energy}
END

# alike RUN RUN: networks, centers and results; nothing is left of the checkpoint
alike() {
    check same "$1" "$2" train.h5
    for network in fold-1 fold-2 features; do
        cmp -s "$1/networks/$network.onnx" "$2/networks/$network.onnx" || fail "$2: the network $network differs"
    done
    [ -z "$(ls "$2/checkpoints")" ] || fail "$2/checkpoints: $(ls "$2/checkpoints")"
}

trains calm 1
check classified calm 2 4 0.5 9
says "unknown labels: ROC AUC"
for ranks in 2 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) trains ranks-$ranks $ranks
    alike calm ranks-$ranks
done
trains streamed 2 --set memory=0
alike calm streamed

# killed in the middle of an epoch of the first fold, and of the second, when the first's centers are in the checkpoint
for after in 12 40; do
    run=killed-$after
    good on 2 ingest job.yaml -o $run
    hurt train.step:rank=1:after=$after 2 train job.yaml -o $run
    good on 3 train job.yaml -o $run
    says "goes on after epoch"
    alike calm $run
done

# stochastic depth: what is dropped depends on nothing but the image and the step, also after a kill
depth=(--set "train.network=[conv 6 5x5, relu, max_pool 2, as a, conv 6 3x3 pad same, relu, drop_path 0.3, add a, dense 24, relu]"
    --set train.epochs=2 --set train.classify.center_loss=0)
trains depth 1 "${depth[@]}"
check classified depth 2 2 0 9
OMP_NUM_THREADS=2 trains depth-3 3 "${depth[@]}"
alike depth depth-3
good on 2 ingest job.yaml -o depth-killed
hurt train.step:rank=0:after=8 2 train job.yaml -o depth-killed "${depth[@]}"
good on 1 train job.yaml -o depth-killed "${depth[@]}"
says "goes on after epoch"
alike depth depth-killed
depth+=(--set "train.network=[conv 6 5x5, relu, max_pool 2, as a, conv 6 3x3 pad same, relu, add a, dense 24, relu]")
trains deep 1 "${depth[@]}"
! cmp -s depth/networks/fold-1.onnx deep/networks/fold-1.onnx || fail "nothing was dropped"
trains deep 1 "${depth[@]}" --set train.drop_path=0.3 # the same by a setting
alike depth deep
depth+=(--set train.start=depth/networks/fold-2.onnx --set "train.network=[]" --set train.epochs=1)
trains whole-start 1 "${depth[@]}"
trains dropped 1 "${depth[@]}" --set train.drop_path=0.3 # of a file, where the sum is found in its graph
trains dropped-3 3 "${depth[@]}" --set train.drop_path=0.3
alike dropped dropped-3
! cmp -s dropped/networks/fold-1.onnx whole-start/networks/fold-1.onnx || fail "nothing of a file was dropped"

# centers, smoothing and weights change what is learnt
for setting in center_loss=0 center_rate=0.1 smoothing=0 class_weights=none; do
    trains other 1 --set train.classify.$setting --set train.epochs=1
    mv other "other-$setting"
done
for a in other-*; do
    for b in other-*; do
        [ "$a" = "$b" ] || ! cmp -s "$a/networks/fold-1.onnx" "$b/networks/fold-1.onnx" || fail "$a is as $b"
    done
done

# from a trained network: with layers that stay, and that learn on; a layer more behind them
start=(--set train.start=calm/networks/fold-1.onnx --set train.network="[]" --set train.epochs=3
    --set train.classify.center_loss=0)
trains frozen 1 "${start[@]}" --set train.freeze=true
trains frozen-3 3 "${start[@]}" --set train.freeze=true
alike frozen frozen-3
check classified frozen 2 3 0.5 9
$python "$tests/stayed.py" calm frozen || fail "frozen layers have learnt"
trains tuned 2 "${start[@]}"
check classified tuned 2 3 0.6 9
! $python "$tests/stayed.py" calm tuned || fail "nothing was tuned"
trains longer 2 "${start[@]}" --set train.network="[dense 9, relu]" --set train.freeze=true \
    --set train.classify.center_loss=0.01
$python "$tests/stayed.py" calm longer || fail "frozen layers below others have learnt"
cp calm/networks/fold-2.onnx start.onnx
start=(--set train.start=start.onnx --set train.network="[]" --set train.epochs=1)
good on 1 ingest job.yaml -o changed
good on 1 train job.yaml -o changed "${start[@]}"
good on 1 train job.yaml -o changed "${start[@]}"
did
cp calm/networks/fold-1.onnx start.onnx
good on 1 train job.yaml -o changed "${start[@]}"
did train

# the whole of a job
good on 2 run job.yaml -o whole
did ingest train features reduce fit score evaluate report
check same calm whole train.h5
grep -q "F1 of classes" whole/report/index.html || fail "no F1 on the page"
grep -q "Images held out" whole/report/index.html || fail "no table of classes on the page"

# one network, with images held out; then with nothing left that could tell how good it is
trains one 2 --set train.folds=1 --set contamination.theme="[0,1,2,3,4,5,6,7,8]" --set contamination.held_out=0.25
check classified one 1 4 0.5 9
trains seen 1 --set train.folds=1 --set train.classify.write="[features]"
says "none tells how well"
$python -c 'import h5py; f = h5py.File("seen/train.h5"); assert "features" in f and "logits" not in f'

# the best epoch
trains patient 2 --set train.folds=3 --set train.patience=2 --set train.epochs=12 --set train.rate=0.02
$python - <<'END'
import h5py, numpy as np
with h5py.File("patient/train.h5") as f:
    best, choice = f["curves/best"][:], f["curves/loss_choice"][:]
assert (best == 1 + np.nanargmin(choice, 1)).all(), (best, choice)
END

# what cannot be
no() { fails_with 2 "$1" on 2 train job.yaml -o calm "${@:2}"; }
no "'features!' is none of logits, probabilities, features" --set train.classify.write="[features!]"
no "needs train.folds: 3 or more" --set train.patience=1 --set train.folds=2
no "no image has the label 'moth'" --set train.classify.unknown="[moth]"
no "classify needs two labels with 5000 images or more" --set train.classify.least=5000
no "item 1 'conf 4 5x5': there is no layer 'conf'" --set train.network="[conf 4 5x5]"
no "task damage needs 2 or more" --set train.task=damage --set train.folds=1 --set train.network="[dense 2]"
no "it moves features, and train.freeze keeps them" --set train.start=calm/networks/fold-1.onnx --set train.freeze=true \
    --set train.network="[]"
no "no \`add\` in the list of layers" --set train.drop_path=0.2
no "the network of train.start has no sum" --set train.drop_path=0.2 --set train.start=calm/networks/fold-1.onnx \
    --set train.network="[]"
no "train.freeze keeps the layers that would be dropped" --set train.drop_path=0.2 \
    --set train.start=deep/networks/fold-1.onnx --set train.network="[]" --set train.freeze=true
no "there is no train.start" --set train.freeze=true
no "it wants images of 28 x 28, stored are 20 x 20: set image.size" --set train.start=calm/networks/fold-1.onnx \
    --set image.size=20
no "task autoencoder makes its networks of train.network alone" --set train.start=calm/networks/fold-1.onnx \
    --set train.task=autoencoder
fails_with 1 "nowhere.onnx" on 2 train job.yaml -o calm --set train.start=nowhere.onnx
fails_with 1 "job.yaml" on 2 train job.yaml -o calm --set train.start=job.yaml
fails_with 1 "epoch 1: " on 2 train job.yaml -o calm --set train.rate=1e6 --set train.optimizer=sgd \
    --set train.network="[dense 50, dense 50]"
