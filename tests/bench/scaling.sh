#!/bin/bash
# How stages scale from one rank to two on this machine, each rank with one thread: `oddlot scaling` of runs of one job with
# each detector, of a network that learns, and of features by a backbone. Strong: the same images on both; weak: half of them
# on one rank. Lines of CSV on stdout, as scaling.csv has them, with the part that was in force before each.
#   scaling.sh PROGRAM FOLDER [IMAGES [BACKBONE.onnx]]     of Fashion-MNIST, 18,900 at most
#   scaling.sh PROGRAM FOLDER JOB.yaml HALF                of a job of yours; HALF: a setting that leaves half of its images,
#                                                          for jobs/large.yaml contamination.theme_count=59303
# FOLDER: for the runs; what is there is not done again. PARTS='knn forest': only these.
set -euo pipefail
. "$(dirname "$0")/../../.ci/mpi.sh"
export OMP_NUM_THREADS=1 OMPI_MCA_mpi_yield_when_idle=1
program=$1 folder=$2 images=${3:-20000} backbone=${4:-}
parts=${PARTS:-mixture kmeans knn forest core train backbone}
fashion=/usr/share/datasets/fashion-mnist
mkdir -p "$folder"

# theme images of so many with one odd of twenty
theme_of() { echo $(($1 * 95 / 100 < 18000 ? $1 * 95 / 100 : 18000)); }

if [ -f "$images" ]; then
    job=$images half=$4 backbone=
else
    job=$folder/job.yaml half=contamination.theme_count=$(($(theme_of "$images") / 2))
    cat >"$job" <<END
name: scaling
catalogue: {kind: idx, path: $fashion/train-images-idx3-ubyte.gz, labels: $fashion/train-labels-idx1-ubyte.gz}
contamination: {theme: [5, 7, 9], theme_count: $(theme_of "$images"), anomaly_share: 0.05, seed: 3}
image: {size: 28, channels: gray}
features: {source: pixels}
reduce: {pca: {components: 40}}
END
fi

# run PART NAME RANKS WORDS...: kept in FOLDER/PART-NAME; runs of one name go on in one folder
run() {
    local kept=$folder/$1-$2 at=$folder/run-${base:-all}-$2
    [ ! -e "$kept/audit.h5" ] || return 0
    "$MPIRUN" -n "$3" "$program" run "$job" -o "$at" -q "${@:4}" >/dev/null
    mkdir -p "$kept"
    cp "$at/job.yaml" "$at/audit.h5" "$kept/"
}

# part NAME STAGES WORDS...: on one rank and on two, and half on one; the lines of these stages
part() {
    local name=$1 stages=$2
    [[ " $parts " == *" $name "* ]] || return 0
    run "$name" 1 1 "${@:3}"
    run "$name" 2 2 "${@:3}"
    run "$name" half 1 "${@:3}" --set "$half"
    "$program" scaling "$folder/$name-1" "$folder/$name-2" "$folder/$name-half" -o "$folder/$name" -q >/dev/null
    grep -E "^(strong|weak),($stages)," "$folder/$name/scaling.csv" | sed "s/^/$name,/"
}

part mixture 'ingest|features|reduce|fit|score|evaluate|report'
part kmeans 'fit|score' --set fit.detector=kmeans
part knn 'fit|score' --set fit.detector=knn
part forest 'fit|score' --set fit.detector=forest
part core 'fit|score' --set fit.detector=core
base=train
part train train --set train.task=autoencoder --set 'train.network=[conv 8 5x5, relu, max_pool 2, dense 32]' --set train.epochs=2
base=backbone half=contamination.theme_count=950
[ ! "$backbone" ] || part backbone features --set features.source=onnx --set features.onnx.model="$backbone" \
    --set image.size=224 --set image.channels=rgb --set contamination.theme_count=1900
cat "$folder"/*/scaling.csv 2>/dev/null | head -n 1 | sed 's/^/part,/' >&2
