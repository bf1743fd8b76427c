#!/bin/bash
# Catalogues as they should not be: every bad image is a row of errors.csv, every bad catalogue a clear
# message; nothing crashes, hangs or is lost.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images png shoes 60
cat >job.yaml <<'END'
catalogue: {kind: folder}
image: {size: 28, channels: gray}
reduce: {pca: {components: 6}}
ingest: {max_unreadable: 0.9}
END

# the words of a run over a folder
folder() {
    local path=$1 run=$2
    shift 2
    echo "run job.yaml -o $run --set catalogue.path=$path $*"
}

# damaged files beside good ones: each has its row and its reason; the others are read
cp -r shoes damaged
bad=$($python "$tests/make_hostile.py" damaged damaged)
mkdir damaged/folder.png
ln -s . damaged/loop
ln -s loop-b.png damaged/loop-a.png
ln -s loop-a.png damaged/loop-b.png
ln -s nowhere.png damaged/dangling.png
mkfifo damaged/pipe.png
ln -s /dev/zero damaged/device.png
good on 2 $(folder damaged damaged-run)
listed=$(($(wc -l <damaged-run/errors.csv) - 1))
[ "$listed" -ge "$bad" ] || fail "$bad damaged images, $listed in errors.csv"
check agrees damaged-run $((60 + 9 + listed)) "$listed"
! grep -q ',good' damaged-run/errors.csv || fail "a good image was not read"
for name in truncated.jpg truncated.png truncated.webp truncated.tif truncated.gif truncated.bmp truncated.ppm \
    truncated.jp2 header-only.png \
    magic-only.jpg bomb.png zero.png text.png noise.jpg page.gif huge-header.png; do
    grep -q ",$name," damaged-run/errors.csv || fail "errors.csv has no $name"
done
peak=$(h5dump -a /peak_bytes_per_rank damaged-run/ingest.h5 | sed -n 's/.*(0): //p')
[ "$peak" -lt 800000000 ] || [ -n "${ASAN_OPTIONS:-}${LSAN_OPTIONS:-}" ] || fail "$peak bytes: the bomb went off"

# too many of them fail the job, and errors.csv says which
fails_with 1 "more than ingest.max_unreadable = 0.05" on 2 $(folder damaged strict --set ingest.max_unreadable=0.05)
[ "$(($(wc -l <strict/errors.csv) - 1))" = "$listed" ] || fail "strict/errors.csv does not list the bad images"
[ ! -e strict/ingest.h5 ] || fail "ingest.h5 was published"
mkdir only-bad
cp damaged/zero.png damaged/text.png only-bad
fails_with 1 "none of the 2 images can be read" on 2 $(folder only-bad only-bad-run --set ingest.max_unreadable=0.9)
[ ! -e only-bad-run/report ] || fail "a page of a run that failed"
# ... but where any number may be unreadable, that is what an audit finds
fails_with 3 "none of the 2 images can be read" on 2 audit only-bad -o only-bad-run
[ "$(grep -c '^unreadable,unreadable,1.000,.*cannot be read' only-bad-run/findings.csv)" = 2 ] || fail "findings of bad images"
grep -q '2 images audited, none can be read' only-bad-run/report/index.html || fail "no page of bad images"
grep -q 'zero.png' only-bad-run/report/index.html || fail "the page does not name zero.png"
cp shoes/*[0-9].png only-bad 2>/dev/null || cp "$(find shoes -type f | head -1)" only-bad
good on 2 audit only-bad -o only-bad-run    # and is replaced once there is something to look at
grep -q '3 images audited\|[0-9]* images audited, [0-9]* flagged' only-bad-run/report/index.html || fail "the old page"

# names
cp -r shoes names
strange=$($python "$tests/make_hostile.py" names names)
good on 2 $(folder names names-run --set score.flag_share=1 --set report.top=1000)
check agrees names-run $((60 + strange)) 0
! grep -q '<script>alert' names-run/report/index.html || fail "a name got into the page as it is"
good on 1 info names-run
good on 1 info names-run --verify

# few images
mkdir empty one three
fails_with 1 "no image" on 2 $(folder empty empty-run)
cp shoes/2/00007.png one/
for ranks in 1 3; do
    good on $ranks $(folder one one-$ranks --set check.checks=all)
    check agrees one-$ranks 1 0
done
check same one-1 one-3 ingest.h5 features.h5 reduce.h5
cp shoes/1/*.png shoes/2/*.png three/
for ranks in 1 4; do
    good on $ranks $(folder three three-$ranks)
    check agrees three-$ranks 3 0
done
check same three-1 three-4 ingest.h5 features.h5
mkdir same
for i in $(seq 40); do cp one/*.png same/$i.png; done
good on 2 $(folder same same-run)
check agrees same-run 40 0
for detector in kmeans mahalanobis; do
    good on 2 $(folder same same-run --set fit.detector=$detector)
    check agrees same-run 40 0
done

# places that are not what they should be
fails_with 1 "nowhere" on 2 $(folder nowhere nowhere-run)
fails_with 1 "job.yaml" on 2 run job.yaml -o file-run --set catalogue.kind=hdf5 --set catalogue.path=job.yaml --set catalogue.dataset=images
fails_with 1 "shoes" on 2 run job.yaml -o tar-run --set catalogue.kind=tar --set catalogue.path=shoes
touch a-file
fails_with 1 "a-file" on 2 $(folder shoes a-file)

# two at once on one run
ODD_FAULT=ingest.batch:wait=here start 1 $(folder shoes shared)
until_there here
cp err first.err
timeout 30 "$ODDLOT" $(folder shoes shared) >out 2>second.err && fail "two worked on one run" || true
rm here
grep -q "another oddlot works on 'shared'" second.err || fail "the second one does not say why it ends"
ends_with 0
check agrees shared 60 0
