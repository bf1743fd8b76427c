#!/bin/bash
# What `evaluate` prints and keeps is what scikit-learn finds on the scores.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 400
footwear >job.yaml
for detector in mixture kmeans mahalanobis; do
    good on 2 run job.yaml -o $detector --set fit.detector=$detector
    check evaluated $detector out
done
# clusters are compared with the labels, of what was learnt from; also where nobody knows what is odd
good on 2 run job.yaml -o held_out --set fit.detector=kmeans --set contamination.held_out=0.3 \
    --set fit.kmeans.spherical=true --set "fit.kmeans.start=k-means||" --set score.rank_by=normality
check evaluated held_out out
good on 2 run job.yaml -o labels --set fit.detector=kmeans --set fit.kmeans.clusters=0 --set contamination.theme=[]
check evaluated labels out
# unreadable images have no score and do not count
images hdf5 real.h5 200 float
$python -c "
import h5py
with h5py.File('real.h5', 'a') as f:
    f['images'][::50, 3, 4] = float('nan')"
good on 2 run job.yaml -o holes --set catalogue.kind=hdf5 --set catalogue.path=real.h5 \
    --set catalogue.dataset=images --set catalogue.label_dataset=labels
check agrees holes 200 4
check evaluated holes out
