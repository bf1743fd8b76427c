#!/bin/bash
# Ingest goes on, after a kill or a signal, from the images that it had read, on any number of ranks, also when it is
# killed while it takes these over; what is damaged of them is read again; what was of other work is not looked at.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images tar shard 96
# of every seventh image the middle is destroyed
"$python" - <<'PROGRAM'
import tarfile
for name in "shard-0.tar", "shard-1.tar":
    members = tarfile.open(name).getmembers()
    with open(name, "r+b") as f:
        for m in members[3::7]:
            f.seek(m.offset_data + m.size // 3)
            f.write(b"\0" * (m.size // 3))
PROGRAM
cat >job.yaml <<'END'
catalogue: {kind: tar, path: [shard-0.tar, shard-1.tar], label_from: folder}
image: {size: 1024, channels: gray}
ingest: {max_unreadable: 1}
checkpoint: 0
END
good on 2 ingest job.yaml -o calm
[ "$(wc -l <calm/errors.csv)" -gt 10 ] || fail "all can be read"
[ ! -e calm/checkpoints ] || fail "checkpoints are left"

# goes_on RUN RANKS: to the result of the calm run
goes_on() {
    good on "$2" ingest job.yaml -o "$1"
    check same calm "$1" ingest.h5
    cmp calm/errors.csv "$1/errors.csv" || fail "errors.csv differs"
    cmp -s <(ls -A calm) <(ls -A "$1") || fail "something is left in $1: $(ls -A "$1")"
}
before() { sed -n 's/.*ingest: \([0-9]*\) of 96 images were done before.*/\1/p' err; }

# of 48 images of each rank one batch of 32 is done; and once more, while they are taken over on 3 ranks
hurt ingest.batch:rank=1:after=1 2 ingest job.yaml -o first
[ -s first/checkpoints/ingest ] && [ -s first/ingest.h5.partial ] || fail "nothing is kept"
for copy in again holed bare torn other; do cp -r first $copy; done
goes_on first 1
[ "$(before)" -ge 64 ] && [ "$(before)" -lt 96 ] || fail "not 64 and some were done before: $(before)"
hurt ingest.take:rank=2 3 ingest job.yaml -o again
[ -s again/checkpoints/ingest.unfinished ] || fail "what was done is gone"
hurt ingest.batch:rank=0 4 ingest job.yaml -o again
[ ! -e again/checkpoints/ingest.unfinished ] || fail "what was taken over is still there"
goes_on again 3
[ "$(before)" -ge 64 ] || fail "not 64 were done before: $(before)"

# an image of which a byte is wrong; the images, or the records of them, are missing; settings are others
"$python" - <<'PROGRAM'
with open("holed/ingest.h5.partial", "r+b") as f:
    f.seek((1 << 20) * 12 + 77)
    byte = f.read(1)[0]
    f.seek(-1, 1)
    f.write(bytes([byte ^ 1]))
PROGRAM
goes_on holed 2
says "is damaged: read again"
[ "$(before)" -ge 64 ] || fail "not 64 were done before: $(before)"
rm bare/ingest.h5.partial
truncate -s 60 torn/checkpoints/ingest
for run in bare torn; do
    goes_on $run 2
    [ -z "$(before)" ] || fail "$run: images that are gone were done before"
done
good on 2 ingest job.yaml -o other --set image.size=32
[ -z "$(before)" ] || fail "images of another size were done before"
cmp -s <(ls -A calm) <(ls -A other) || fail "something is left in other: $(ls -A other)"

# told to stop; and a failure that says nothing of the images
ODD_FAULT=ingest.batch:rank=0:wait=here start 2 ingest job.yaml -o told
until_there here
kill -s TERM $(ranks)
rm here
ends_with 75
goes_on told 3
[ "$(before)" -ge 64 ] || fail "not 64 were done before the signal: $(before)"
export ODD_FAULT=ingest.batch:rank=1:after=1
fails_with 1 "ingest.batch" on 2 ingest job.yaml -o failed
unset ODD_FAULT
goes_on failed 2
[ "$(before)" -ge 64 ] || fail "not 64 were done before the failure: $(before)"

# seldom, as is usual: of quick work nothing is kept
hurt ingest.batch:rank=1:after=1 2 ingest job.yaml -o quick --set checkpoint=10
good on 2 ingest job.yaml -o quick --set checkpoint=10
[ -z "$(before)" ] || fail "a checkpoint of work that takes no time"
