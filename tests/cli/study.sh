#!/bin/bash
# A study: whole runs of two rows, two columns and two seeds, and a table of what their files hold;
# the same on any number of ranks, after a kill and a signal; only what is not up to date is done;
# what cannot be is told before any work, and a training that fails is a result.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 240
mkdir data
mv cut-* data
cat >job.yaml <<'END'
name: clothes
seed: 4
catalogue: {kind: idx, path: data/cut-images.gz, labels: data/cut-labels.gz}
image: {size: 14, channels: gray}
reduce: {method: none}
train: {folds: 2, epochs: 3, batch: 40, damage: {kinds: square, side: 8}}
report: {top: 4}
study:
  rows:
    - "far, from the mean | fit.detector=mahalanobis features.pixels.side=6"
    - learnt | train.network=['conv 2 5x5', relu, 'max_pool 2', 'dense 2'] score.rank_by=damage
  columns:
    - shoes | contamination.theme=[5, 7, 9]
    - sandals / trainers | contamination.theme=[5, 7] catalogue.path=data/cut-images.gz
  seeds: 2
  values:
    - AUC | evaluate.h5:metrics/roc_auc/score
    - accuracy | train.h5:accuracy | %
    - lost | train.h5:accuracy | within 0 0.5
    - last | train.h5:curves/best | 1
  paper:
    - learnt | shoes | accuracy | 65
END

runs_done() { grep -c 'study     run [0-9]* of' err || true; }

good alone run job.yaml -o one --dry-run
says "8 runs, 0 up to date: 2 rows, 2 columns, 2 seeds"
[ ! -e one ] || fail "a dry run leaves something"
good on 1 run job.yaml -o one
did study
[ "$(runs_done)" = 8 ] || fail "$(runs_done) runs, not 8"
says "run 8 of 8: learnt, sandals / trainers, seed 5 (ingest as in another run), about"
says "AUC                 shoes"
says "(65.00)"
says "Mean [least, largest] over 2 seeds; in round brackets what was published."
check studied one 8 2
for seed in 4 5; do
    cell=one/runs/learnt/sandals-trainers/seed-$seed
    for file in report/index.html flagged.csv audit.h5 train.h5; do
        [ -e "$cell/$file" ] || fail "no $file in $cell"
    done
done
grep -q 'href="../runs/far-from-the-mean/shoes/seed-5/report/index.html"' one/report/index.html || fail "no link to a run"
[ "$(grep -c '<h3>learnt, ' one/report/index.html)" = 2 ] || fail "not two plots of curves"
whole one

# a run of a study is a run: nothing is to do in it, from anywhere
good alone run one/runs/learnt/shoes/seed-4/job.yaml -o one/runs/learnt/shoes/seed-4
did ""

# nothing to do, but the table is there
good on 2 run job.yaml -o one
did ""
says "Mean [least, largest]"

# paths in rows and columns start where the job file is
mkdir elsewhere
cd elsewhere
good alone run ../job.yaml -o ../one
did ""
cd ..

for ranks in 2 3; do
    good on $ranks run job.yaml -o ranks-$ranks
    cmp one/study.csv ranks-$ranks/study.csv || fail "other figures on $ranks ranks"
done

# one more value: no run is done again
good on 1 run job.yaml -o ranks-3 --set study.paper=[] --set study.average=true \
    --set "study.values=['found | evaluate.h5:metrics/flagged/sensitivity | 3']"
did study
[ "$(runs_done)" = 0 ] || fail "$(runs_done) runs were done again"
says "found               shoes"
says "mean                0."

# a setting of one row, and a column left out: only those runs are done
good on 1 run job.yaml -o ranks-3 --set study.without=shoes --set study.paper=[] \
    --set "study.rows=['far | features.pixels.side=6', \"learnt | train.network=['dense 2'] score.rank_by=damage\"]"
[ "$(runs_done)" = 4 ] || fail "$(runs_done) runs, not 4"
grep -q "^learnt,sandals / trainers,5,AUC," ranks-3/study.csv || fail "no run of the column that stays"
! grep -q shoes, ranks-3/study.csv || fail "a run of the column left out"

# what runs have in common is done once: the same files, and the figures of a run that did all of it
common=(--set features.files=2 --set study.paper=[] --set study.without=shoes --set study.seeds=1 --set "train.network=['dense 4', relu, 'dense 2']"
    --set "study.rows=['by damage | score.rank_by=damage', 'by the mean | fit.detector=mahalanobis', 'by unit | features.normalize=l2', 'smaller | image.size=12']"
    --set "study.values=['AUC | evaluate.h5:metrics/roc_auc/score']")
good on 2 run job.yaml -o common "${common[@]}"
says "run 2 of 4: by the mean, sandals / trainers, seed 4 (ingest, train, features, reduce as in another run)"
says "run 3 of 4: by unit, sandals / trainers, seed 4 (ingest, train as in another run)"
! grep -q "run 4 of 4:.*as in another run" err || fail "a run of other settings took what it does not want"
seed=sandals-trainers/seed-4
for file in ingest.h5 errors.csv train.h5 networks/fold-1.onnx networks/fold-2.onnx; do
    [ common/runs/by-unit/$seed/$file -ef common/runs/by-damage/$seed/$file ] || fail "$file was made twice"
done
[ ! common/runs/by-unit/$seed/features.h5 -ef common/runs/by-damage/$seed/features.h5 ] || fail "features of another run"
good on 2 run common/runs/by-unit/$seed/job.yaml -o apart
[ common/runs/by-damage/$seed/features.2-of-2.h5 -ef common/runs/by-the-mean/$seed/features.2-of-2.h5 ] ||
    fail "rows of features were made twice"
check same apart common/runs/by-unit/$seed features.h5 scores.h5 evaluate.h5
# one of them changes: the others keep their files
good on 2 run common/runs/by-damage/$seed/job.yaml -o common/runs/by-damage/$seed --set train.epochs=1
[ common/runs/by-unit/$seed/train.h5 -ef common/runs/by-the-mean/$seed/train.h5 ] || fail "links went apart"
[ ! common/runs/by-unit/$seed/train.h5 -ef common/runs/by-damage/$seed/train.h5 ] || fail "a change wrote through a link"
good alone run common/runs/by-unit/$seed/job.yaml -o common/runs/by-unit/$seed
did ""

# also what a run has that comes later in the order
rm common/study.h5
good on 2 run job.yaml -o common "${common[@]}"
says "run 1 of 4: by damage, sandals / trainers, seed 4 (train as in another run)"
[ "$(runs_done)" = 1 ] || fail "$(runs_done) runs, not 1"
[ common/runs/by-unit/$seed/train.h5 -ef common/runs/by-damage/$seed/train.h5 ] || fail "the networks were learnt anew"

# killed between two runs, and inside one
for point in study.run:rank=1:after=3:kill train.step:rank=0:after=15:kill; do
    code=0
    ODD_FAULT=$point on 2 run job.yaml -o hurt || code=$?
    ended $code "$(killed)"
    [ ! -e hurt/study.h5 ] || fail "study.h5 was published without one of its ranks"
    before=$(ls -d hurt/runs/*/*/*/report.h5 | wc -l)
done
[ "$before" -lt 8 ] || fail "the study was over before it was killed"
good on 2 run job.yaml -o hurt
[ "$(runs_done)" = $((8 - before)) ] || fail "$(runs_done) runs after $before were there"
cmp one/study.csv hurt/study.csv || fail "other figures after kills"

# told to stop
ODD_FAULT=study.run:rank=0:after=2:wait=here start 2 run job.yaml -o told
until_there here
kill -s USR1 "$(ranks | tail -n 1)"
rm here
ends_with 75
says "told to stop by SIGUSR1"
export ODD_FAULT=study.run:rank=1
fails_with 1 "study.run" on 2 run job.yaml -o told
unset ODD_FAULT
good on 2 run job.yaml -o told
cmp one/study.csv told/study.csv || fail "other figures after a signal"

# a training that fails is a result, and not tried again
fails=(--set study.paper=[] --set "study.rows=[\"wild | train.network=['dense 50', 'dense 50', 'dense 2'] train.optimizer=sgd train.rate=1e6\", \"calm | train.network=['dense 2']\"]")
good on 2 run job.yaml -o wild "${fails[@]}"
says "run 'wild, shoes, seed 4' failed: "
says "wild  failed  failed"
check studied wild 8 2 4
good on 2 run job.yaml -o wild "${fails[@]}" --set "study.values=['accuracy | train.h5:accuracy']"
[ "$(runs_done)" = 0 ] || fail "$(runs_done) runs were done again"
says "wild      failed                   failed"
grep -q '^wild,.*the loss is not finite' wild/study.csv || fail "no reason in study.csv"

# a value that no file has is told with what there is, and the run is kept
fails_with 2 "study.values: 'x' is to be 'acuracy' of 'wrong/runs/learnt/shoes/seed-4/train.h5', but it has only: accuracy" \
    on 2 run job.yaml -o wrong --set study.paper=[] --set study.without="['far, from the mean']" --set "study.values=['x | train.h5:acuracy']"
good on 1 run job.yaml -o wrong --set study.paper=[] --set study.without="['far, from the mean']" \
    --set "study.values=['time | train.h5:seconds | 2']"
says "run 2 of 4" # the first was there
! grep -q "run 1 of 4" err || fail "the first run was done again"

# another error ends the study, naming the run
fails_with 2 "study, run 'b, as the job, seed 4': " alone run job.yaml -o ended --set "study.columns=[as the job]" \
    --set "study.rows=['a | contamination.theme=[5]', 'b | contamination.theme=[33]']" --set "study.paper=[]"
[ ! -e ended/runs ] || fail "a run was begun before all catalogues were looked at"

no() { fails_with 2 "$1" alone run job.yaml -o no "${@:2}"; }
no "study.rows=[a | reduce.pca.component=3]: 'a | reduce.pca.component=3': --set reduce.pca.component=3: unknown key" --set "study.rows=[a | reduce.pca.component=3]" --set study.paper=[]
no "'a | fit.detector=mixtures': --set fit.detector=mixtures: no detector 'mixtures'" --set "study.rows=[a | fit.detector=mixtures]" --set study.paper=[]
sed 's/| contamination/| mixture/' job.yaml >former.yaml
fails_with 2 "former.yaml:13:5: study.columns: 'shoes | mixture.theme=[5, 7, 9]': --set mixture.theme=[5, 7, 9]: the section \
'mixture' is called 'contamination' now" alone run former.yaml -o no
no "no stage writes 'trian.h5'" --set study.paper=[] --set "study.values=['x | trian.h5:accuracy']"
no "no row is called 'learned'" --set "study.paper=['learned | shoes | AUC | 1']"
no "shares its folder 'a-b'" --set "study.rows=[a b, a/b]"
[ ! -e no ] || fail "something was made before the checks"
fails_with 2 "no stage of this job, which is a study" alone fit job.yaml -o one
