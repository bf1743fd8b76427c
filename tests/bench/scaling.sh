#!/bin/bash
# How stages scale from one rank to two on this machine, each rank with one thread: `oddlot scaling` of runs of one job with
# each detector, of a network that learns, and of features by a backbone. Lines of CSV on stdout, as scaling.csv has them,
# with the part that was in force before each.
#   scaling.sh PROGRAM FOLDER [IMAGES [BACKBONE.onnx]]     FOLDER: for the runs; what is there is not done again
set -euo pipefail
. "$(dirname "$0")/../../.ci/mpi.sh"
export OMP_NUM_THREADS=1 OMPI_MCA_mpi_yield_when_idle=1
program=$1 folder=$2 images=${3:-20000} backbone=${4:-}
fashion=/usr/share/datasets/fashion-mnist
mkdir -p "$folder"
cat >"$folder/job.yaml" <<END
name: scaling
catalogue: {kind: idx, path: $fashion/train-images-idx3-ubyte.gz, labels: $fashion/train-labels-idx1-ubyte.gz}
contamination: {theme: [5, 7, 9], theme_count: $((images * 95 / 100 < 18000 ? images * 95 / 100 : 18000)), anomaly_share: 0.05, seed: 3}
image: {size: 28, channels: gray}
features: {source: pixels}
reduce: {pca: {components: 40}}
END

# run PART RANKS WORDS...: kept in FOLDER/PART-RANKS; runs on so many ranks go on in one folder
run() {
    local kept=$folder/$1-$2
    [ ! -e "$kept/audit.h5" ] || return 0
    "$MPIRUN" -n "$2" "$program" run "$folder/job.yaml" -o "$folder/run-${base:-all}-$2" -q "${@:3}" >/dev/null
    mkdir -p "$kept"
    cp "$folder/run-${base:-all}-$2/job.yaml" "$folder/run-${base:-all}-$2/audit.h5" "$kept/"
}

# part NAME STAGES WORDS...: on one rank and on two; the lines of these stages
part() {
    local name=$1 stages=$2
    run "$name" 1 "${@:3}"
    run "$name" 2 "${@:3}"
    "$program" scaling "$folder/$name-1" "$folder/$name-2" -o "$folder/$name" -q >/dev/null
    grep -E "^strong,($stages)," "$folder/$name/scaling.csv" | sed "s/^/$name,/"
}

part mixture 'ingest|features|reduce|fit|score'
part kmeans fit --set fit.detector=kmeans
part knn fit --set fit.detector=knn
part forest fit --set fit.detector=forest
part core fit --set fit.detector=core
base=train
part train train --set train.task=autoencoder --set 'train.network=[conv 8 5x5, relu, max_pool 2, dense 32]' --set train.epochs=2
[ ! "$backbone" ] || base=backbone part backbone features --set features.source=onnx --set features.onnx.model="$backbone" \
    --set image.size=224 --set image.channels=rgb --set contamination.theme_count=190
head -n 1 "$folder/mixture/scaling.csv" | sed 's/^/part,/' >&2
