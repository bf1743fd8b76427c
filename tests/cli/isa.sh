#!/bin/bash
# isa.sh ISA: with no more than these instruction sets (ODDLOT_ISA), networks learn, see, and give codes,
# and detectors fit, with the same bits on any number of ranks and threads; what other instruction sets give
# is near.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
export ODDLOT_ISA=$1
images idx cut 300
cat >damage.yaml <<'END'
name: damage
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
image: {size: 28, channels: gray}
reduce: {pca: {components: 8}}
train:
  network: [conv 4 5x5, relu, max_pool 2, dense 20, relu, as hidden, dense 1]
  folds: 2
  epochs: 2
  batch: 24
  damage: {kinds: square, side: 12}
score: {rank_by: damage, flag_by: share, flag_share: 0.05}
END
cat >codes.yaml <<'END'
name: codes
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], held_out: 0.2}
image: {size: 28, channels: gray}
train:
  task: autoencoder
  network: [conv 4 5x5 stride 2 pad 2, relu, dense 500, relu, sample 6]
  autoencoder: {kl: 0.02}
  epochs: 2
  batch: 24
features: {source: trained}
reduce: {method: none}
score: {rank_by: reconstruction}
END

# twice JOB FILES WORDS...: on one rank and on three, with two threads and with one; these files are the same
twice() {
    local job=$1 files=$2
    OMP_NUM_THREADS=2 good on 1 run $job.yaml -o $job-1 "${@:3}"
    OMP_NUM_THREADS=1 good on 3 run $job.yaml -o $job-3 "${@:3}"
    check same $job-1 $job-3 $files
}

alone doctor || true
says "limited by ODDLOT_ISA=$1"
twice damage "train.h5 features.h5 report.h5"
check near damage-1 damage-3
twice codes "train.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"
for detector in mixture kmeans knn forest; do
    twice codes "model.h5 scores.h5" --set fit.detector=$detector
done

# the same networks, and an auto-encoder as a reduction
cp damage-1/networks/fold-1.onnx codes-1/networks/encoder.onnx .
network=(--set features.source=onnx --set features.onnx.preset=unit --set train.network="[]" --set fit.detector=knn --set score.rank_by=distance
    --set reduce.method=autoencoder --set reduce.autoencoder.network="[dense 3]" --set reduce.autoencoder.epochs=2)
for model in fold-1.onnx:hidden encoder.onnx:code; do
    network+=(--set features.onnx.model=${model%:*} --set features.onnx.layer=${model#*:})
    twice codes "features.h5 reduce.h5 model.h5 scores.h5" "${network[@]}"
    unset ODDLOT_ISA
    good on 1 features codes.yaml -o codes-3 "${network[@]}" --set features.onnx.batch=24
    export ODDLOT_ISA=$1
    check close codes-1 codes-3 features.h5 features 1e-5
done
