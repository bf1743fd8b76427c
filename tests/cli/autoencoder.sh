#!/bin/bash
# An auto-encoder learns from the catalogue: the same weights to the bit on any number of ranks and
# threads, and after a kill in the middle of an epoch; its codes are features, its errors rank.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
cat >job.yaml <<'END'
name: coded
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], held_out: 0.2}
image: {size: 28, channels: gray}
train:
  task: autoencoder
  network: [conv 4 5x5 stride 2 pad 2, relu, conv 8 3x3 stride 2, relu, dense 6, l2_norm]
  epochs: 3
  batch: 24
features: {source: trained}
reduce: {method: none}
fit: {detector: kmeans, kmeans: {clusters: 3}}
score: {rank_by: reconstruction}
END

# alike RUN RUN: networks and results; nothing is left of the checkpoint
alike() {
    check same "$1" "$2" train.h5
    for network in encoder autoencoder; do
        cmp -s "$1/networks/$network.onnx" "$2/networks/$network.onnx" || fail "$2: the $network differs"
    done
    [ "$(ls "$2/networks" | tr '\n' ' ')" = "autoencoder.onnx encoder.onnx " ] || fail "networks of $2"
    [ -z "$(ls "$2/checkpoints")" ] || fail "$2/checkpoints: $(ls "$2/checkpoints")"
}

trains calm 1
check coded calm 3 0.9
good on 1 train job.yaml -o calm
did
rm calm/networks/encoder.onnx
good on 1 train job.yaml -o calm
did train
for ranks in 2 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) trains ranks-$ranks $ranks
    alike calm ranks-$ranks
done
trains streamed 2 --set memory=0
says "read one by one"
alike calm streamed

# augmented: another training, the same on any number of ranks
augmented=(--set train.augment.shift=2 --set train.augment.flip=true --set train.augment.brightness=0.1
    --set train.augment.contrast=0.2)
trains augmented-1 1 "${augmented[@]}"
trains augmented-3 3 "${augmented[@]}"
alike augmented-1 augmented-3
! cmp -s calm/networks/encoder.onnx augmented-1/networks/encoder.onnx || fail "augmentation changes nothing"
check coded augmented-1 3 0.95

# changed images are to be given back as they were: another training again
restored=(--set train.autoencoder.restore=true --set train.augment.rotate=20 --set train.augment.zoom=0.1
    --set train.augment.slant=0.2)
trains restored-1 1 "${restored[@]}"
trains restored-3 3 "${restored[@]}"
alike restored-1 restored-3
trains changed 1 "${restored[@]}" --set train.autoencoder.restore=false
! cmp -s changed/networks/encoder.onnx restored-1/networks/encoder.onnx || fail "restoring changes nothing"
check coded restored-1 3 0.95

# in bfloat16, where the CPU can
code=0
on 1 train job.yaml -o calm --set train.precision=bf16 --dry-run || code=$?
if [ $code = 0 ]; then
    trains narrow-1 1 --set train.precision=bf16
    trains narrow-3 3 --set train.precision=bf16
    alike narrow-1 narrow-3
    ! cmp -s calm/networks/encoder.onnx narrow-1/networks/encoder.onnx || fail "bfloat16 changes nothing"
    check coded narrow-1 3 0.95
else
    fails_with 2 "train.precision=bf16: bfloat16 needs a CPU with AVX-512" on 1 train job.yaml -o calm --set train.precision=bf16
fi

# killed in the middle of the first, second and last epoch; 10 steps an epoch
for after in 4 15 26; do
    run=killed-$after
    good on 2 ingest job.yaml -o $run
    hurt train.step:rank=1:after=$after 2 train job.yaml -o $run
    [ ! -e $run/train.h5 ] || fail "train.h5 was published without one of its ranks"
    good on 3 train job.yaml -o $run
    [ $after -lt 10 ] || says "goes on after epoch $((after / 10))"
    alike calm $run
done

# the whole of a job: codes are features, errors rank; a change of training reaches the features
good on 2 run job.yaml -o whole
did ingest train features reduce fit score evaluate report
check same calm whole train.h5
check coded whole 3
says "ROC AUC"
good on 2 run job.yaml -o whole --set score.rank_by=distance
did score evaluate report
good on 2 run job.yaml -o whole --set train.epochs=2 --set features.trained.batch=7
did train features reduce fit score evaluate report
check coded whole 2
good alone run job.yaml -o whole --dry-run
says "autoencoder: 1 networks of"
says "6 values for each image"
good on 2 run job.yaml -o other --set features.source=onnx --set features.onnx.model=calm/networks/encoder.onnx \
    --set features.onnx.layer=code
check coded other 3

# dense, with a decoder of its own, cross-entropy, the best epoch; batch norm instead of unit length
trains dense 2 --set train.network="[dense 32, leaky_relu, dense 5]" --set train.autoencoder.loss=binary \
    --set train.autoencoder.decoder="[dense 32, leaky_relu, dense 784, reshape 1x28x28]" \
    --set train.autoencoder.keep=best --set train.epochs=6 --set train.rate=0.03
check coded dense 6 0.9
trains normed 2 --set train.network="[dense 32, batch_norm, leaky_relu, dense 5, batch_norm]"
check coded normed 3 0.9
trains patient 2 --set train.epochs=40 --set train.patience=1 --set train.rate=0.2 \
    --set train.network="[dense 16, relu, dense 5]"
check coded patient 40

# variational, with its likelihoods
trains variational 2 --set train.network="[dense 32, relu, sample 4]" --set train.autoencoder.kl=0.02
check coded variational 3 1 0.02
good on 1 ingest job.yaml -o variational-3
good on 3 train job.yaml -o variational-3 --set train.network="[dense 32, relu, sample 4]" --set train.autoencoder.kl=0.02
alike variational variational-3
good on 2 run job.yaml -o bernoulli --set train.network="[dense 32, relu, sample 4]" --set train.autoencoder.loss=binary \
    --set score.rank_by=reconstruction_probability
check coded bernoulli 3 1 0
says "ROC AUC"

# colour images, one of them unreadable
images png shop 60
echo "no image" >shop/5/zebra.png
cat >colours.yaml <<'END'
name: colours
catalogue: {kind: folder, path: shop}
image: {size: 33, channels: rgb}
train: {task: autoencoder, network: [conv 4 3x3 stride 2, relu, dense 6], epochs: 3, batch: 24}
features: {source: trained}
reduce: {method: none}
END
good on 2 run colours.yaml -o colours
check coded colours 3 0.95

# what cannot be
no() { fails_with 2 "$1" on 2 train job.yaml -o calm "${@:2}"; }
no "item 1 'conf 4 5x5': there is no layer 'conf'" --set train.network="[conf 4 5x5]"
no "ends in 784 values that are not of the shape of an image; its last item may be 'reshape 1x28x28'" \
    --set train.autoencoder.decoder="[dense 784]"
no "'binary' has a sigmoid of its own" --set train.autoencoder.loss=binary \
    --set train.autoencoder.decoder="[dense 784, reshape 1x28x28, sigmoid]"
no "the decoder cannot mirror it" --set train.network="[dense 9, as a, dense 9, add a]"
no "item 1 'sample 9': a variational code is drawn by the last layer" --set train.network="[sample 9, dense 5]"
no "item 3 'as b': a variational code has one name" --set train.network="[sample 9, as a, as b]"
no "so train.task must be autoencoder" --set train.task=damage --set train.network="[dense 2]"
no "this job trains none" --set train.network="[]"
fails_with 2 "no score 'damage'" on 1 train job.yaml -o calm --set score.rank_by=damage
fails_with 1 "epoch 1: " on 2 train job.yaml -o calm --set train.rate=1e6 --set train.optimizer=sgd \
    --set train.network="[dense 50, dense 50]"
says "learning rate"
