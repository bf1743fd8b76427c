#!/bin/bash
# Where things are: paths of --set and of job files, a run made again from its job.yaml, folders that
# may not be read, and disks that are full.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
files="ingest.h5 features.h5 reduce.h5 model.h5 scores.h5 evaluate.h5"

# a path in a job file starts at its folder, one of --set at the current folder
mkdir -p shop/jobs elsewhere
images idx shop/cut 150
footwear | sed 's|cut-|../cut-|g' >shop/jobs/job.yaml
good on 1 run shop/jobs/job.yaml -o by-job
(cd elsewhere && good on 1 run ../shop/jobs/job.yaml -o ../by-job-elsewhere)
(cd shop && good on 2 run jobs/job.yaml -o ../by-set --set catalogue.path=cut-images.gz --set catalogue.labels=cut-labels.gz)
check same by-job by-job-elsewhere $files
check same by-job by-set ingest.h5
(cd elsewhere && good on 1 run ../shop/jobs/job.yaml -o ../by-job && did) # up to date from anywhere

# job.yaml of a run makes the run again; a folder that moves stays whole
(cd elsewhere && good on 1 run ../by-job/job.yaml -o ../again)
check same by-job again $files
cmp by-job/job.yaml again/job.yaml || fail "job.yaml of the second run differs"
good on 1 run by-job/job.yaml -o by-job
did
mv by-job moved
check agrees moved 150 0
good alone info moved --verify
good on 1 run shop/jobs/job.yaml -o moved
did

# without -o: runs/<name>
good on 1 run shop/jobs/job.yaml --set name=summer
[ -s runs/summer/flagged.csv ] || fail "no runs/summer"

# a folder inside the catalogue that may not be read
images png pictures 40
mkdir pictures/closed
cp pictures/9/*.png pictures/closed
echo "catalogue: {kind: folder, path: pictures}" >folder.yaml
small=(--set image.size=28 --set reduce.pca.components=4)
chmod 000 pictures/closed
chmod 777 .
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi; }
closed() { HOME=$PWD as_user timeout 60 "$ODDLOT" run folder.yaml -o closed-run "${small[@]}" >out 2>err; }
if as_user test -r folder.yaml -a -x "$ODDLOT"; then
    code=0
    closed || code=$?
    if [ $code = 0 ]; then
        grep -q closed closed-run/errors.csv || fail "what could not be read is not in errors.csv"
    else
        [ $code = 1 ] && grep -q "closed" err || fail "a closed folder: exit code $code"
    fi
else
    echo "not tried: a folder that may not be read (an ordinary user does not get here)"
fi
chmod 755 pictures/closed

# a full disk: exit code 1, the reason, nothing half-written; with room again it goes on
mkdir disk
if mount -t tmpfs -o size=1200k tmpfs disk 2>/dev/null; then
    trap 'umount -l "$scratch/disk"' EXIT
    for left in 20 150 300 420 600 800; do
        rm -rf disk/* disk/.[a-z]*
        dd if=/dev/zero of=disk/ballast bs=1k count=$((1200 - left)) 2>/dev/null || true
        code=0
        on 2 run shop/jobs/job.yaml -o disk/run || code=$?
        [ $code = 1 ] || fail "$left KiB left: exit code $code"
        grep -q "No space left on device\|disk is full" err || fail "$left KiB left: the reason is not told"
        [ ! -d disk/run ] || whole disk/run
        ! ls disk/run/*.partial >/dev/null 2>&1 || fail "$left KiB left: $(ls disk/run)"
    done
    rm disk/ballast
    mount -o remount,size=20m disk
    good on 2 run shop/jobs/job.yaml -o disk/run
    check agrees disk/run 150 0
else
    echo "not tried: a full disk (no permission to mount)"
fi
