#!/bin/bash
# oddlot audit: any catalogue by its path alone, recognised; the job behind it can be read, and run as it is.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
small=(--set image.size=28 --set image.channels=gray --set reduce.pca.components=8 --set report.top=12)

images png photos 60
images tar shard 60
mkdir shards && cp shard-0.tar shard-1.tar shards/
images idx cut 60
images hdf5 images.h5 60
(cd photos && find . -name '*.png' | sort | awk 'BEGIN { print "path" } { print "photos/" substr($0, 3) }') >list.csv

# each kind by a look, and only by a look: names of no help
kind_of() { # KIND PATH...
    local kind=$1
    shift
    good alone audit "$@" --print-job
    grep -qE "^ +kind: $kind +#" out || fail "$* is no $kind: $(grep -E '^ +kind:' out)"
}
cp cut-images.gz digits
cp images.h5 numbers
kind_of folder photos
kind_of manifest list.csv
kind_of tar shard-0.tar
kind_of tar shard-0.tar shard-1.tar
kind_of tar shards
kind_of idx digits
kind_of hdf5 numbers

# the whole way; the run is called after the catalogue, whose name may be any
awkward="a: [b], \"c\" 'd' #e"
cp -r photos "$awkward"
good on 2 audit "$awkward" "${small[@]}"
check agrees "runs/$awkward" 60 0
good on 2 audit photos -o by-audit "${small[@]}"
check same "runs/$awkward" by-audit features.h5 model.h5 scores.h5

# what it prints is a job, which makes the same
alone audit photos "${small[@]}" --print-job >/dev/null && cp out printed.yaml
good on 2 run printed.yaml -o by-job
check same by-audit by-job features.h5 model.h5 scores.h5

# wrong words
fails_with 2 "which catalogue?" alone audit
fails_with 2 "cannot read 'nowhere'" alone audit nowhere
fails_with 2 "one kind at a time" alone audit photos list.csv
fails_with 2 "is no catalogue" on 2 audit "$tests/lib.sh"
fails_with 2 "did you mean 'core'?" alone audit photos --set fit.detector=cor
