#!/bin/bash
# How a job scales, from its runs on one and two ranks: strong and weak, each stage and their sum, the fastest of
# repeats, what efficiency is made of; the model beside it and beyond; as a table, JSON, CSV, HDF5 and pictures. Runs
# that are not of one job are told apart.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 1500
footwear >job.yaml

# made RUN RANKS WORDS...: what is left of a run: all that is read
made() {
    good on "$2" run job.yaml -o run -q "${@:3}"
    mkdir "$1"
    mv run/audit.h5 run/job.yaml "$1"
    rm -rf run
}
made one 1
made again 1
made two 2
made few 1 --set contamination.theme_count=300 --set contamination.anomaly_count=20
made more 2 --set contamination.theme_count=600 --set contamination.anomaly_count=40
made other 2 --set reduce.pca.components=9

good alone scaling one two again few more -o out-files
says 'strong ingest'
says 'weak   all'
check scaled out-files one again two few more

# the model on more ranks than there are
good alone scaling one two -n 8 --seconds 1 --json
"$python" - <<'END' || fail 'the model'
import json

lines = json.load(open("out"))["scaling"]
assert {l["ranks"] for l in lines} == {1, 2, 4, 8}
for line in lines:
    assert line["predicted_seconds"] > 0 and ("seconds" in line) == (line["ranks"] <= 2), line
assert [l["ranks"] for l in lines if l["stage"] == "all"] == [1, 2, 4, 8]
END

fails_with 2 'which runs?' alone scaling one
fails_with 2 'no two of these runs' alone scaling one again
fails_with 2 'other settings' alone scaling one other
fails_with 2 '--images is for' alone scaling one two --images 100
fails_with 2 '--memory is for' alone scaling one two --memory 4
fails_with 1 'nothing/audit.h5' alone scaling one nothing

# a second series, and a run whose stages were done on different numbers of ranks, of which there is no sum
made fewer 2 --set contamination.theme_count=300 --set contamination.anomaly_count=20
fails_with 2 'several strong series' alone scaling one two few fewer
good on 1 run job.yaml -o run -q
rm run/reduce.h5
good on 2 run job.yaml -o run -q
mv run mixed
good alone scaling one mixed -o a/b/c
says 'strong reduce '
! grep -q 'strong all' out || fail "stages on one rank and on two have a sum"
[ -s a/b/c/scaling.csv ] || fail "no folder in folders"

# what is no time
cp -r two forged
"$python" -c 'import h5py; h5py.File("forged/audit.h5", "r+")["provenance/ingest"].attrs["ranks"] = 4294967297' ||
    fail "could not forge"
fails_with 1 "forged: 'ranks' of provenance/ingest is 4294967297" alone scaling one forged

# kernels under the roof of this machine: none beats the peak of its products, or what memory lets through
good alone bench roofline n=6000 d=32 k=8
"$python" - <<'END' || fail 'the roofline'
import json

lines = {l["kernel"]: l for l in map(json.loads, open("out"))}
assert list(lines) == ["products", "triad", "pca", "kmeans", "em", "neighbours"]
assert lines["products"]["share_of_roof"] == lines["triad"]["share_of_roof"] == 1
for line in lines.values():
    assert abs(line["flops_per_byte"] - line["gflop"] / line["gigabytes"]) < 0.01 * line["flops_per_byte"], line
    assert 0 < line["roof"] <= lines["products"]["gflops"], line
n, d = 6000, 32
assert abs(lines["pca"]["gflop"] - n * d * d / 1e9) < 1e-3 * lines["pca"]["gflop"]
assert abs(lines["neighbours"]["gflop"] - 2 * n * n * d / 1e9) < 1e-3 * lines["neighbours"]["gflop"]
for kernel in ("pca", "kmeans", "em", "neighbours"):
    assert 0 < lines[kernel]["share_of_roof"] < 1.3, lines[kernel]  # on a busy machine the peak may be missed
END
