# Sourced by every end-to-end test: a fresh folder of its own, oddlot on N ranks under a time limit,
# and failures that are wanted. CTest gives ODDLOT (the program), ODDLOT_SOURCE and ODD_SCRATCH.
set -euo pipefail
. "$ODDLOT_SOURCE/.ci/mpi.sh"
export OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
unset ODD_FAULT

tests=$ODDLOT_SOURCE/tests/cli
python=/usr/bin/python3 # Debian's, which has h5py
fashion=/usr/share/datasets/fashion-mnist
limit=${ODD_LIMIT:-180} # seconds that a command may take: longer is a hang

scratch=$ODD_SCRATCH/$(basename "$0" .sh)${1:+-$1}
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"

skip() {
    echo "skipped: $*"
    exit 77
}

fail() {
    echo "FAILED (line ${BASH_LINENO[-2]}): $*"
    tail -n 15 out err 2>/dev/null || true
    exit 1
}

[ -d "$fashion" ] || skip "no $fashion: install dataset-fashion-mnist"

# on N WORDS...: oddlot on N ranks; what it says goes to the files out and err.
on() {
    local ranks=$1
    shift
    timeout -k 5 "$limit" "$MPIRUN" -n "$ranks" "$ODDLOT" "$@" >out 2>err </dev/null
}

# alone WORDS...: without mpirun
alone() {
    timeout -k 5 "$limit" "$ODDLOT" "$@" >out 2>err </dev/null
}

good() { "$@" || fail "$*: exit code $?"; }

# start N WORDS...: like `on`, in the background; then `ranks` are the process ids of the ranks, and
# `ends_with CODE` waits for the end.
start() {
    local ranks=$1
    shift
    : >err
    timeout -k 5 "$limit" "$MPIRUN" -n "$ranks" "$ODDLOT" "$@" >out 2>err </dev/null &
    job=$!
}

# what the launcher started, be it itself or by another process of its own
below() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        below "$child"
    done
}
ranks() { below "$job" | xargs ps -o pid=,comm= -p | awk '$2 == "oddlot" { print $1 }'; }

ends_with() {
    local got=0
    wait "$job" || got=$?
    ended "$got" "$1"
}

# ended GOT WANT: exit codes of a launcher whose ranks end by themselves. Those of MPICH 4.2.0 to 4.2.2 (Debian 13) lose
# the code, so that it is 0, where two ranks end at once before MPI_Finalize: 11 of 40 times in a program of ten lines.
ended() { [ "$1" = "$2" ] || { [ "$1" = 0 ] && loses_codes; } || fail "exit code $1, not $2"; }
loses_codes() { "$MPIRUN" --version 2>&1 | grep -A1 HYDRA | grep -q 'Version: *4[.]2[.][0-2]$'; }

# The exit code of a launcher one of whose ranks was killed: that of a shell, or, by MPICH's, the signal alone.
killed() { "$MPIRUN" --version 2>&1 | grep HYDRA >/dev/null && echo 9 || echo 137; }

# hurt POINT N WORDS...: as `on`, and a rank is killed at that point of the work
hurt() {
    local point=$1 code=0
    shift
    ODD_FAULT=$point:kill on "$@" || code=$?
    ended $code "$(killed)"
}

# until_there FILE: wait until the job in the background makes it (ODD_FAULT=...:wait=FILE); remove it, and it goes on
until_there() {
    local tries=0
    until [ -e "$1" ]; do
        tries=$((tries + 1))
        [ $tries -lt 2400 ] && kill -0 "$job" 2>/dev/null || fail "never came to '$1'"
        sleep 0.05
    done
}

# Wait until the job in the background says so.
until_said() {
    local tries=0
    until grep -qF -- "$1" err; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] && kill -0 "$job" 2>/dev/null || fail "never said '$1'"
        sleep 0.05
    done
}

# fails_with CODE TEXT COMMAND...: the exit code, the text in one error line of oddlot, no other.
fails_with() {
    local code=$1 text=$2 got=0
    shift 2
    "$@" || got=$?
    [ "$got" = "$code" ] || fail "$*: exit code $got, not $code"
    grep -qF -- "$text" err || fail "$*: does not say '$text'"
    [ "$code" = 75 ] || [ "$(grep -c '^oddlot: error:' err)" = 1 ] || fail "$*: not just one error line"
}

says() { grep -qF -- "$1" out err || fail "nobody says '$1'"; }

# the stages that the last command did, in order, on one line
stages_done() { sed -n 's/^\[.*\] \([a-z]*\) *done in.*/\1/p' err | tr '\n' ' '; }

# What a kill leaves: every file under a final name is whole.
whole() {
    local code=0
    alone info "$1" --verify || code=$?
    [ $code = 0 ] && [ ! -s out ] && [ ! -s err ] && return
    # or none is there yet
    [ $code = 2 ] && ! ls "$1"/*.h5 >/dev/null 2>&1 || fail "$1 holds a file that is not whole"
}

did() { [ "$(stages_done)" = "${*:+$* }" ] || fail "stages done: $(stages_done), expected: $*"; }

check() { "$python" "$tests/$1.py" "${@:2}" || fail "$*"; }

# images WORDS...: make images of Fashion-MNIST, see make_images.py
images() { "$python" "$tests/make_images.py" "$@"; }

# A small job over the IDX files of `images idx cut`.
footwear() {
    cat <<END
name: footwear
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
contamination: {theme: [5, 7, 9], seed: 3}
image: {size: 28, channels: gray}
reduce: {pca: {components: 8}}
report: {top: 12}
END
}

# trains RUN RANKS WORDS...: the networks of job.yaml
trains() {
    good on "$2" ingest job.yaml -o "$1" "${@:3}"
    good on "$2" train job.yaml -o "$1" "${@:3}"
    did train
}
