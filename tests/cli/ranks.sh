#!/bin/bash
# The same answer on any number of ranks and threads: to the bit, or, where ScaLAPACK's grids differ, to
# 1e-5 of the leading singular value.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 403
footwear >job.yaml

# ingest and features, each rank count from nothing, each rank with its part of the list of images
for ranks in 1 2 3 4; do
    OMP_NUM_THREADS=$((ranks % 2 + 1)) good on $ranks ingest job.yaml -o rows-$ranks -vv
    did ingest
    good on $ranks features job.yaml -o rows-$ranks
    did features
    check same rows-1 rows-$ranks ingest.h5 features.h5
done

# fit and score on one and the same reduce.h5
good on 2 reduce job.yaml -o rows-1
for detector in mixture kmeans mahalanobis; do
    for ranks in 1 2 3 4; do
        for threads in 1 2; do
            # the others need not be tried as often
            [ $detector = mixture ] || [ $ranks-$threads = 1-1 ] || [ $ranks-$threads = 3-2 ] || continue
            run=$detector-$ranks-$threads
            cp -r rows-1 $run
            export OMP_NUM_THREADS=$threads
            good on $ranks fit job.yaml -o $run --set fit.detector=$detector
            good on $ranks score job.yaml -o $run --set fit.detector=$detector
            did score
            check same $detector-1-1 $run model.h5 scores.h5
            cmp -s $detector-1-1/flagged.csv $run/flagged.csv || fail "$run/flagged.csv differs"
        done
    done
done

# all of it, by both ways to a PCA (784 features are more than the rows, 144 are fewer), with the rows in
# memory and streamed from their file
for size in 28 12; do
    OMP_NUM_THREADS=1 good on 1 run job.yaml -o all-1-$size --set image.size=$size
    OMP_NUM_THREADS=2 good on 3 run job.yaml -o all-3-$size --set image.size=$size
    check near all-1-$size all-3-$size
    OMP_NUM_THREADS=2 good on 3 run job.yaml -o streamed-$size --set image.size=$size --set memory=0
    says "are streamed from the file"
    check same all-3-$size streamed-$size features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5
done

# an auto-encoder learns from rows in memory, or reads those of each batch
coder="--set reduce.method=autoencoder --set reduce.autoencoder.epochs=2 --set image.size=12"
OMP_NUM_THREADS=2 good on 1 run job.yaml -o coder-1 $coder
for ranks in 2 3; do
    OMP_NUM_THREADS=1 good on $ranks run job.yaml -o coder-$ranks $coder --set memory=0
    says "are streamed from the file"
    check same coder-1 coder-$ranks features.h5 reduce.h5 model.h5 scores.h5
done
