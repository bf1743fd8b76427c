#!/bin/bash
# The command line: help, what was meant, exit codes, and job files that are wrong in every way.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"

# every command explains itself and ends with an example
good alone help
says "usage:"
for command in $(sed -n 's/^  \([a-z]*\)  .*/\1/p' out); do
    good alone "$command" --help
    tail -n 2 out | head -n 1 | grep -qx 'Example:' || fail "$command --help does not end with an example"
    tail -n 1 out | grep -q "oddlot $command" || fail "the example of $command is of another command"
done
cp out version
good alone help version
cmp -s version out || fail "help version and version --help differ"
good alone help job
says "max_unreadable"
good alone --version
says "oddlot 0."
good alone version
good on 2 doctor
# a BLAS that is older than the CPU does not take it for one without AVX2
! grep -qw avx2 /proc/cpuinfo || ! grep -Eqi '^.... *blas .*(Prescott|Generic|Nehalem|Sandybridge)' out || fail "old kernels: $(cat out)"
[ "$(grep -Evc '^(oddlot|ok  |BAD ) ' out)" = 0 ] || fail "doctor tells more than a line of a topic: $(cat out)"
says "scalapack"
good on 2 bench gemm n=64 repeat=1
good on 2 bench train network=cnn n=16 batch=8 shards=3 repeat=1
says '"seconds_per_1000"'
"$python" "$tests/make_backbone.py" small.onnx 1
good on 2 bench forward file=small.onnx n=3 repeat=1 profile=1
says '"cpu_seconds"'
says '{"layer": "Conv", "part": "convolution", "share": 0'
[ "$(wc -l <out)" -eq 2 ] || fail "bench forward has more lines than a measurement and a profile"
good alone bench forward file=small.onnx n=3 repeat=1
grep -q profile out && fail "a profile that nobody asked for"

# a network of one rectifier that leaves the size of its images open: N x 3 x H x W
printf '\010\007:H\012\017\012\001x\022\001y\032\001y\042\004Relu\022\012open_inputZ\036\012\001x\022\031\012\027\010\001\022\023\012\003\022\001N\012\002\010\003\012\003\022\001H\012\003\022\001Wb\011\012\001y\022\004\012\002\010\001B\004\012\000\020\015' >open.onnx
good alone model info open.onnx size=7
says "3 x 7 x 7"
fails_with 1 "give the height and width of images (size=N)" alone model info open.onnx
fails_with 2 "'size=0' is not size=N" alone model info open.onnx size=0
good on 2 bench forward file=open.onnx n=2 size=9 repeat=1
says '"size": 9'
fails_with 1 "size=N" on 2 bench forward file=open.onnx n=2

# wrong words
fails_with 2 "no command 'rnu'; did you mean 'run'?" alone rnu job.yaml
fails_with 2 "no command 'qqqqqqq'" alone qqqqqqq
fails_with 2 "no option '--ouput'; did you mean --output?" alone run job.yaml --ouput x
fails_with 2 "no option '-z'" on 2 run job.yaml -z
fails_with 2 "wants a value" alone run job.yaml -o
fails_with 2 "takes no value" alone run job.yaml --quiet=3
fails_with 2 "--threads wants" alone run job.yaml --threads many
fails_with 2 "which job?" alone run
fails_with 2 "one job at a time" alone run a.yaml b.yaml
fails_with 2 "missing.yaml" on 2 run missing.yaml
fails_with 2 "which run?" alone info
fails_with 2 "no run in 'nowhere'" alone info nowhere
fails_with 2 "--verify" alone info nowhere --verfy
fails_with 2 "doctor" alone doctor now
fails_with 2 "which case?" alone bench
fails_with 2 "no bench 'nothing'" alone bench nothing
fails_with 2 "network=cnn" alone bench train network=dcnn
fails_with 2 "from 0 to 1" alone bench forward file=small.onnx profile=2
fails_with 2 "shards <= batch <= n" on 2 bench train network=cnn n=5

# output that does not reach its reader
for words in help version doctor; do
    code=0
    "$ODDLOT" $words >/dev/full 2>err || code=$?
    [ $code = 1 ] || fail "$words into a full device: exit code $code"
    grep -q "cannot write the results" err || fail "$words into a full device says nothing"
done

# wrong job files: where, what, and what is right; nothing is written
images idx cut 60
wrong() { # TEXT, then the job's lines
    printf '%s\n' "${@:2}" >wrong.yaml
    fails_with 2 "$1" alone run wrong.yaml -o nothing
    [ ! -e nothing ] || fail "a wrong job made a folder"
}
wrong "wrong.yaml:3:1: not valid YAML" "catalogue:" "  path: [a, b"
wrong "wrong.yaml:2:3: " "catalogue:" "  pth: x"
wrong "did you mean" "catalogue:" "  pth: x"
wrong "'name' is given twice, first on line 1" "name: a" "name: b"
wrong "wrong.yaml:2:1: the section 'mixture' is called 'contamination' now" "seed: 3" "mixture: {theme: [1]}"
wrong "reduce.pca.components" "reduce: {pca: {components: many}}"
wrong "wrong.yaml:1:" "reduce: {pca: {components: 0}}"
wrong "wrong.yaml:1:" "reduce: 3"
wrong "wrong.yaml:1:" "[a, list]"
printf 'seed: 1\n' >named.yaml
fails_with 2 "an empty name makes no folder" alone run named.yaml --set "name=''"
wrong "flag_threshold" "score: {flag_threshold: 1.5}"
wrong "no detector 'oracle'; there are: core, mixture" "fit: {detector: oracle}"
wrong "no reduction 'lda'" "reduce: {method: lda}"
wrong "no feature source 'magic'" "features: {source: magic}"
wrong "wrong.yaml:1:15: train.task: no task 'damages'; there are: damage, autoencoder, belief, classify; did you mean 'damage'" "train: {task: damages}"
wrong "no catalogue kind 'ftp'" "catalogue: {kind: ftp, path: x}"
wrong "image.background 'reddish' is not a colour" "image: {background: reddish}"
wrong "channels" "image: {channels: cmyk}"
wrong "wrong.yaml:1:" "a: &x 1" "b: *x"
head -c 2000 /dev/urandom >wrong.yaml
fails_with 2 "wrong.yaml" alone run wrong.yaml -o nothing
footwear >job.yaml
fails_with 2 "--set fit.tolerance=1" alone run job.yaml --set fit.tolerance=1
fails_with 2 "--set mixture.seed=2: the section 'mixture' is called 'contamination' now" \
    alone run job.yaml --set mixture.seed=2
fails_with 2 "seed" alone run job.yaml --set seed=soon
fails_with 2 "no image has the label 'x'" on 2 run job.yaml -o labels --set contamination.theme=x
fails_with 2 "theme images wanted" on 2 run job.yaml -o labels --set contamination.theme_count=1000
fails_with 2 "--set score.rank_by=beauty: no score 'beauty'; core gives" \
    on 2 run job.yaml -o nothing --set score.rank_by=beauty
[ ! -e nothing ] || fail "a wrong job made a folder"

# one rank has an environment of its own: all end, with one reason
mixed() {
    local start='[ "${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-}}" = 0 ] || export ODDLOT_ISA=avx3; exec "$0" doctor'
    timeout -k 5 "$limit" "$MPIRUN" -n 2 sh -c "$start" "$ODDLOT" >out 2>err </dev/null
}
fails_with 2 "ODDLOT_ISA='avx3'" mixed

# a dry run says what would be done and changes nothing
good on 2 run job.yaml -o dry --dry-run
says "ingest     to do"
says "60 images"
[ ! -e dry ] || fail "a dry run made a folder"
good on 1 run job.yaml -o dry
find dry -printf '%P %T@\n' | sort >before
good on 2 run job.yaml -o dry --dry-run --set report.top=3
says "report     to do"
says "score      up to date"
cmp before <(find dry -printf '%P %T@\n' | sort) || fail "a dry run changed something"
good on 1 run job.yaml -o dry --quiet
[ ! -s err ] || fail "--quiet is not quiet"
