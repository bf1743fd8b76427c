#!/bin/bash
# A bare environment: no HOME, no PATH, no folder to write into. Help needs nothing, a run what it must.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"

nothing=(env -i)
for name in ASAN_OPTIONS LSAN_OPTIONS; do # but what a sanitizer wants
    [ -z "${!name:-}" ] || nothing+=("$name=${!name}")
done
bare() { (cd /proc && "${nothing[@]}" "$ODDLOT" "$@") >out 2>err </dev/null; }

for words in "" help --help --version version "help job" "help run" "run --help" "study -h"; do
    good bare $words
    [ -s out ] && [ ! -s err ] || fail "'$words' does not answer, or complains"
done
fails_with 2 "did you mean 'run'" bare rnu

# every rank of many asks, one answers
good on 2 help
[ "$(grep -c '^usage:' out)" = 1 ] || fail "two ranks both answer"

# without a launcher MPI finds its helpers by itself
good "${nothing[@]}" "$ODDLOT" doctor >out
says "scalapack"
echo "catalogue: {kind: generated, images: 60, side: 16}" >job.yaml
echo "image: {size: 16, channels: gray}" >>job.yaml
good bare run "$PWD/job.yaml" -o "$PWD/made"
whole made
