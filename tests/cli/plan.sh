#!/bin/bash
# A plan rehearses a job with some of its images and says what it will take: the stages that there are, on any number
# of ranks, more where there are more images; what does not fit is refused; nothing is left behind.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 1500
footwear >job.yaml

# what a plan says of a stage, from the line of JSON in `out`
of() { "$python" -c "import json; print({s['stage']: s for s in json.load(open('out'))['stages']}['$1']['$2'])"; }
of_all() { "$python" -c "import json; print(json.loads(open('out').read().splitlines()[-1])['$1'])"; }
true_that() { "$python" -c "import sys; sys.exit(not ($1))" || fail "not so: $1"; }

# a table for people: a line for each stage of the job
good alone plan job.yaml -n 2 --seconds 1
for stage in '(list)' ingest features reduce fit score evaluate report all; do
    grep -q "^$stage " out || fail "no line for $stage"
done
! grep -q '^train\|^copies\|not modelled' out || fail 'stages that the job does not have, or that were not tried'
! grep -q ' $' out || fail 'blanks at the end of lines'
says '2 ranks x '
[ ! -e runs ] && [ -z "$(find . -name 'oddlot-plan-*')" ] || fail 'something is left behind'

# a line for programs; more images take more of everything, more ranks no more time of processors
good alone plan job.yaml --json --seconds 1 --images 1000000
[ "$(wc -l <out)" = 1 ] || fail 'more than a line'
[ "$(of_all images)" = 1000000 ] || fail 'not as many images as asked for'
million=$(of ingest written) list=$(of ingest memory)
good alone plan job.yaml --json --seconds 1 --images 2000000 -n 64 --per-node 2
[ "$(of_all nodes)" = 32 ] || fail "$(of_all nodes) nodes"
true_that "1.9 < $(of ingest written) / $million < 2.1"
true_that "$(of ingest memory) < $list" # a rank has a part of the list
true_that "0 < $(of ingest seconds) < $(of_all seconds)"
true_that "$(of_all node_hours) * 3600 / 32 - $(of_all seconds) < 1e-3 * $(of_all seconds)"
true_that "$(of fit received_by_a_rank) > 0"

# under mpirun it rehearses on all ranks
good on 2 plan job.yaml --json --seconds 1 -n 2
[ "$(of report modelled)" = True ] || fail 'not modelled'

# what does not fit is refused: which stage, how many ranks would do
fails_with 3 "does not fit" alone plan job.yaml --seconds 1 --images 30000000 --memory 8 -n 2 --per-node 2
grep -Eq "stage '(ingest|score|features|fit|evaluate|report|reduce)' does not fit: it needs .* on each of 2 ranks" err ||
    fail 'does not name the stage'
says ' would do'
fails_with 3 'needs nodes with more memory' alone plan job.yaml --seconds 1 --images 10000000000 --memory 0.05 -n 2
says 'no number of ranks would do'

# catalogues, as `oddlot audit` takes them; nothing of it stays beside the run either
images png pictures 40
mkdir there
good alone plan pictures --seconds 1 -n 1 -o there/run --set features.source=pixels --set image.size=32
for stage in copies views groups check; do
    grep -q "^$stage " out || fail "no line for $stage"
done
! grep 'not modelled' out || fail 'a stage was not tried'
[ -z "$(ls there)" ] || fail "left in there: $(ls there)"

# a study is many runs, and not tried
{
    cat job.yaml
    cat <<'END'
study:
  rows: ["far | fit.detector=mahalanobis"]
  columns: ["shoes | contamination.theme=[5, 7, 9]"]
  seeds: 2
  values: ["AUC | evaluate.h5:metrics/roc_auc/score"]
END
} >study.yaml
good alone plan study.yaml --seconds 1
grep -q '^study .*not modelled' out || fail 'a study was tried'

fails_with 2 'which job?' alone plan
fails_with 2 '-n wants a number from 1' alone plan job.yaml -n 0
fails_with 2 '--images wants' alone plan job.yaml --images 1.5
fails_with 2 '--memory wants' alone plan job.yaml --memory
fails_with 2 "did you mean" alone plan job.yaml --dry-runn

# what a stage took is in its file
good on 2 run job.yaml -o run --json
[ "$(of_all images) $(of_all flagged) $(of_all unreadable)" = "1500 $(($(wc -l <run/flagged.csv) - 1)) 0" ] ||
    fail 'the line does not say what is in the run'
true_that "0 < $(of_all seconds) and 0 < $(of_all bytes_written) < 1e9"
"$python" - <<'END' || fail 'what stages took is not in their files'
import h5py

with h5py.File("run/ingest.h5") as file:
    a, size = file.attrs, file["images"].nbytes
    assert size <= a["bytes_written"] < 3 * size + 3e6, (size, a["bytes_written"])
    assert 0 < a["cpu_seconds"] < 60 and a["seconds"] > 0
with h5py.File("run/features.h5") as file:
    assert file.attrs["bytes_read"] >= size
peaks = [h5py.File(f"run/{f}.h5").attrs["peak_bytes_per_rank"] for f in ("ingest", "features", "scores", "report")]
assert all(20e6 < p < 2e9 for p in peaks) and peaks[2] < peaks[1], peaks # each its own
END
