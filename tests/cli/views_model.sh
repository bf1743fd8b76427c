#!/bin/bash
# Views that one run learnt judge images that it has not seen: what is usual, and from where on one is flagged, is as
# it was there.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
check make_views make shots
check make_views new new
check make_views strange strange
cat >job.yaml <<END
catalogue: {path: shots}
image: {size: 64, channels: rgb, crop: pad}
features: {source: stored, stored: {rows: shots.npy}, normalize: none}
reduce: {pca: {components: 5}}
views: {use: all}
report: {top: 5}
END
new=(--set catalogue.path=new --set features.stored.rows=new.npy)
strange=(--set catalogue.path=strange --set features.stored.rows=strange.npy --set reduce.method=none)
good on 2 run job.yaml -o learnt

# of 43 images those 3 are flagged; ranks leave no trace, and files may be named as well as folders
good on 2 run job.yaml -o new-2 "${new[@]}" --set views.model=learnt
check make_views judged new-2
good on 3 run job.yaml -o new-3 "${new[@]}" --set views.model=learnt/views.h5 --set reduce.method=none
check same new-3 new-2 views.h5

# a catalogue in which all is strange: by itself it says nothing, by what was usual before it is all odd
good alone run job.yaml -o alone "${strange[@]}"
says "0 of 3 images flagged"
good on 2 run job.yaml -o strange-2 "${strange[@]}" --set views.model=learnt
check make_views judged strange-2

# applied to what it was learnt from it gives what the run itself gave
good alone run job.yaml -o again --set views.model=learnt --set reduce.model=learnt --set fit.model=learnt
check same learnt again views.h5 scores.h5

# up to date as long as the model in the file is the same
good alone run job.yaml -o new-2 "${new[@]}" --set views.model=learnt
did
good on 2 run job.yaml -o learnt --set views.core_share=0.7
good alone run job.yaml -o new-2 "${new[@]}" --set views.model=learnt
did views score evaluate report

# models that do not fit say why, and which file it is
fails_with 1 "nowhere" on 2 run job.yaml -o wrong "${new[@]}" --set views.model=nowhere
no() { fails_with "$1" "$2" alone run job.yaml -o wrong "${new[@]}" "${@:3}"; }
no 2 "learnt/model.h5: a file of the stage fit, where one of views is wanted" --set views.model=learnt/model.h5
no 2 "learnt/views.h5: a model of 'meaning,layout,measured', the job says 'layout': set views.use" \
    --set views.model=learnt --set views.use=layout
no 1 "learnt: view 'layout'" --set views.model=learnt --set views.layout.side=8
change() {
    rm -rf bad.h5
    cp learnt/views.h5 bad.h5
    $python -c "
import h5py, numpy
with h5py.File('bad.h5', 'r+') as f:
    $1"
}
while read -r words && read -r code; do
    change "$code"
    no 1 "bad.h5: $words" --set views.model=bad.h5
done <<'END'
'sigma/layout' of the model is nan
f['model/sigma/layout'][()] = numpy.nan
'weight/measured' of the model is 7
f['model/weight/measured'][()] = 7
'joined/cut' of the model is -inf
f['model/joined/cut'][()] = -numpy.inf
array 'joined/width' is missing
del f['model/joined/width']
view 'meaning': array 'core/mean' has a value that is not finite
f['model/meaning/core/mean'][3] = numpy.inf
view 'measured': array 'scale/median' has a value that is not finite
f['model/measured/scale/median'][0] = numpy.nan
view 'layout': the arrays of the core do not fit each other
n = f['model/layout/core/variance'][:]; del f['model/layout/core/variance']; f['model/layout/core/variance'] = n[1:]
END
head -c 5000 learnt/views.h5 >bad.h5
fails_with 1 "bad.h5" on 2 run job.yaml -o wrong "${new[@]}" --set views.model=bad.h5
