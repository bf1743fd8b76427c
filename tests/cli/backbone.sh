#!/bin/bash
# A backbone is used where one is found, pixels otherwise; what is up to date depends on which, and whoever looks is told.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_backbone.py" small.onnx 1
images idx cut 200
footwear >job.yaml # 28 x 28, grey: neither is what the network takes
run() { good on "$1" run job.yaml -o run "${@:2}"; }
source_of() { "$python" -c 'import h5py, sys; print(h5py.File(sys.argv[1] + "/features.h5").attrs["source"].decode())' "$1"; }
everything="features reduce fit score evaluate report"

run 1
says "features: pixels, for no backbone is found: jobs/backbones/get.sh brings one"
grep -q "no backbone is found: jobs/backbones/get.sh" run/report/index.html || fail "the page does not say so"
good alone doctor
says "none found, so audits look at pixels; jobs/backbones/get.sh brings one"
cp run/features.h5 pixels.h5

# one that is found
export ODDLOT_BACKBONE=$PWD/small.onnx
good alone model info small.onnx
says "features.onnx.layer: "
fails_with 1 "has no 'cls': it takes no class token out of a sequence; it has " on 1 run job.yaml -o other \
    --set features.onnx.layer=cls
run 2
did $everything
says "features: onnx, $PWD/small.onnx"
says "stored images of 28 x 28 are resized to the network's 16 x 16 (bicubic)"
[ "$(source_of run)" = "onnx, small.onnx" ] || fail "features.h5 says $(source_of run)"
grep -q "onnx, small.onnx" run/report/index.html || fail "the page does not say which network"
good alone doctor
says "$PWD/small.onnx"
good on 1 run job.yaml -o named --set features.source=onnx
h5diff run/features.h5 named/features.h5 /features || fail "auto is not as onnx"
run 2
did
good alone run job.yaml -o run --dry-run
says "onnx, $PWD/small.onnx"

# another place is the same network, another content is another
mkdir -p data/oddlot/backbones
mv small.onnx data/oddlot/backbones/
unset ODDLOT_BACKBONE
export XDG_DATA_HOME=$PWD/data
run 1
did
"$python" "$tests/make_backbone.py" data/oddlot/backbones/small.onnx 2
run 1
did $everything

# pixels where the job says so, whatever is found; and where nothing is wanted
run 1 --set features.source=pixels
did $everything
h5diff run/features.h5 pixels.h5 /features || fail "pixels differ"
good on 1 run job.yaml -o large --set features.onnx.model=data/oddlot/backbones/small.onnx --set image.size=16 \
    --set image.channels=rgb
[ "$(source_of large)" = "onnx, small.onnx" ] || fail "auto does not take the network of the job"
fails_with 2 "set image.channels" on 1 run job.yaml -o strict --set features.onnx.model=data/oddlot/backbones/small.onnx

# one that is not there, or is none
export ODDLOT_BACKBONE=$PWD/missing.onnx
fails_with 1 "the backbone that \`oddlot doctor\` names: cannot open '$PWD/missing.onnx'" on 2 run job.yaml -o none
echo nonsense >missing.onnx
fails_with 1 "the backbone that \`oddlot doctor\` names" on 1 run job.yaml -o none
export ODDLOT_BACKBONE=
fails_with 2 "no backbone is found: jobs/backbones/get.sh brings one" on 1 run job.yaml -o none --set features.source=onnx
