#!/bin/bash
# Images that are held out are judged, and nothing is learnt from them: on any number of ranks, with the
# rows in memory and streamed.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 403
footwear >job.yaml
out="contamination.held_out=0.25"

OMP_NUM_THREADS=1 good on 1 run job.yaml -o one --set $out
says "images are held out: judged, never learnt from"
check held_out one 0.25
OMP_NUM_THREADS=2 good on 3 run job.yaml -o three --set $out
check same one three ingest.h5 features.h5
check near one three
OMP_NUM_THREADS=2 good on 3 run job.yaml -o streamed --set $out --set memory=0
check same three streamed features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5

# few rows are picked, which fit into no memory on ranks that have some
good on 1 run job.yaml -o few --set score.flag_by=share --set score.flag_share=0.01
good on 3 run job.yaml -o few-3 --set score.flag_by=share --set score.flag_share=0.01 --set memory=0
check same few few-3 scores.h5

# every detector and reduction leaves them out
for part in fit.detector=mixture fit.detector=kmeans fit.detector=knn fit.detector=mahalanobis reduce.method=srp; do
    good on 2 run job.yaml -o other --set $out --set reduce.srp.components=16 --set $part
    check held_out other 0.25
done

# a model that is taken judges all rows
good on 2 run job.yaml -o again --set $out --set reduce.model=three --set fit.model=three
check same three again model.h5

# images of a manifest's split
images png pictures 60
(
    echo path,label,split
    i=0
    for path in pictures/*/*.png; do
        i=$((i + 1))
        echo "$path,,$([ $((i % 3)) = 0 ] && echo test || echo train)"
    done
) >list.csv
cat >list.yaml <<END
name: list
catalogue: {kind: manifest, path: list.csv}
contamination: {held_out_split: test}
image: {size: 16}
reduce: {pca: {components: 4}}
END
good on 2 run list.yaml -o list
check held_out list
fails_with 2 "no image has the split 'tset'" on 2 run list.yaml -o wrong --set contamination.held_out_split=tset
