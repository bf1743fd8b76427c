#!/bin/bash
# Which hidden units are active as rows of an image: where they are stored is what NumPy and SciPy find by the weights,
# the same on any number of ranks, streamed or not, and all that works on rows works on them.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 300
cat >job.yaml <<'END'
name: patterns
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9]}
image: {size: 28, channels: gray}
train:
  task: belief
  network: [dense 40, sigmoid, dense 12, sigmoid]
  belief: {chains: 40, temperatures: 20}
  epochs: 2
  batch: 24
features: {source: patterns}
reduce: {method: none}
fit: {detector: forest, forest: {trees: 30}}
END
same_rows() { check same "$1" "$2" features.h5 reduce.h5 scores.h5; }

for ranks in 1 2 3; do good on $ranks run job.yaml -o half-$ranks; done
same_rows half-1 half-2
same_rows half-1 half-3
check patterned half-1
good on 2 run job.yaml -o streamed --set memory=0
says "are streamed from the file"
same_rows half-1 streamed

# drawn, of one layer only; by an image's number, so on any ranks
drawn=(--set features.patterns.gates=sampled --set 'features.patterns.layers=[first]'
    --set 'train.network=[dense 40, sigmoid, as first, dense 12, sigmoid]')
for ranks in 1 3; do good on $ranks run job.yaml -o drawn-$ranks "${drawn[@]}"; done
same_rows drawn-1 drawn-3
check patterned drawn-1 first

# who else works on them: neighbours as sets, a projection and a mixture, the core
for how in "fit.detector=knn --set fit.knn.metric=jaccard" "fit.detector=knn --set fit.knn.metric=hamming"; do
    good on 2 run job.yaml -o half-1 --set $how
    did fit score evaluate report
done
for how in "reduce.method=srp --set reduce.srp.components=20 --set fit.detector=mixture" \
    "reduce.method=pca --set reduce.pca.components=5 --set fit.detector=core"; do
    good on 2 run job.yaml -o half-1 --set $how
    did reduce fit score evaluate report
done

# of an auto-encoder, whose hidden units are above 0 or not
good on 2 run job.yaml -o coded --set train.task=autoencoder --set 'train.network=[dense 30, relu, dense 6]'
check patterned coded

# what makes no sense, in a sentence
refused() { fails_with "$1" "$2" on 2 run job.yaml -o no "${@:3}"; }
refused 2 "which units are active, not how much" --set features.normalize=l2
refused 1 "did you mean 'first'" --set 'features.patterns.layers=[frist]' "${drawn[@]:4}"
refused 1 "no layer of units that are active or not" --set train.task=autoencoder --set 'train.network=[dense 6]'
refused 2 "write train.network" --set 'train.network=[]'
refused 1 "for rows of zeros and ones" --set features.source=pixels --set fit.detector=knn --set fit.knn.metric=jaccard
