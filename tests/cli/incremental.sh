#!/bin/bash
# What one run learnt judges images that it has not seen: reduce.model and fit.model.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images hdf5 all.h5 600
$python -c "
import h5py
with h5py.File('all.h5') as f:
    for name, part in (('first', slice(0, 300)), ('second', slice(300, 600))):
        with h5py.File(name + '.h5', 'w') as out:
            for key in ('images', 'labels'):
                out[key] = f[key][part]"
cat >job.yaml <<'END'
name: halves
catalogue: {kind: hdf5, path: first.h5, dataset: images, label_dataset: labels}
contamination: {theme: [5, 7, 9], seed: 3}
image: {size: 28, channels: gray}
reduce: {pca: {components: 8}}
END
second=(--set catalogue.path=second.h5)
taught=("${second[@]}" --set reduce.model=learnt --set fit.model=learnt)

good on 2 run job.yaml -o learnt
good on 2 run job.yaml -o judged "${taught[@]}"
check applied learnt judged
# nothing is learnt, so ranks and threads leave no trace; files may be named as well as folders
OMP_NUM_THREADS=2 good on 3 run job.yaml -o judged-3 "${second[@]}" --set reduce.model=learnt/reduce.h5 \
    --set fit.model=learnt/model.h5
check same judged judged-3 reduce.h5 model.h5 scores.h5
# a model applied to what it was learnt from gives what the run itself gave
good on 1 run job.yaml -o again --set reduce.model=learnt --set fit.model=learnt
check same learnt again reduce.h5 model.h5 scores.h5

# up to date as long as the model in the file is the same
good alone run job.yaml -o judged "${taught[@]}"
did
good on 1 run job.yaml -o learnt --set reduce.pca.components=7
good alone run job.yaml -o judged "${taught[@]}"
did reduce fit score evaluate report
good alone run job.yaml -o judged "${taught[@]}" --dry-run
says "pca from 256 to 7 features by the model of"

# A run of before the rows of reduce.h5 were called components: it is done again from there, and what
# it learnt goes on to judge.
cp -r learnt before
$python -c "
import h5py, numpy
with h5py.File('before/reduce.h5', 'r+') as f:
    f.move('components', 'scores')
    f.attrs['fingerprint'] = numpy.bytes_('0' * 32)"
good on 2 run job.yaml -o judged-before "${second[@]}" --set reduce.model=before --set fit.model=before
check same judged judged-before reduce.h5 model.h5 scores.h5
fails_with 2 "fit needs reduce, which is missing or out of date: do \`oddlot reduce\` first" \
    alone fit job.yaml -o before --set reduce.pca.components=7
good on 1 run job.yaml -o before --set reduce.pca.components=7
did reduce
check same learnt before reduce.h5 model.h5 scores.h5

# the other reductions
for method in srp sparse_pca umap none; do
    sets=(--set reduce.method=$method --set reduce.srp.components=8 --set reduce.sparse_pca.components=8
        --set reduce.umap.components=8 --set reduce.umap.epochs=20 --set image.size=8)
    good on 1 run job.yaml -o learnt-$method "${sets[@]}"
    good on 2 run job.yaml -o judged-$method "${sets[@]}" "${second[@]}" \
        --set reduce.model=learnt-$method --set fit.model=learnt-$method
done

# models that do not fit say why, and which file it is
no() { fails_with "$1" "$2" on 2 run job.yaml -o wrong "${second[@]}" "${@:3}"; }
no 1 "nowhere" --set reduce.model=nowhere
no 2 "learnt/model.h5: a file of the stage fit, where one of reduce is wanted" --set reduce.model=learnt/model.h5
no 2 "learnt: a model for rows of 256 features, these have 144" --set reduce.model=learnt --set image.size=12
no 2 "learnt/reduce.h5: a model of 'pca', the job says 'srp': set reduce.method" --set reduce.model=learnt \
    --set reduce.method=srp
no 2 "learnt/model.h5: a model of 'core', the job says 'kmeans': set fit.detector" --set fit.model=learnt \
    --set fit.detector=kmeans
no 1 "learnt: " --set fit.model=learnt --set reduce.pca.components=5
