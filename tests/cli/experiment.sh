#!/bin/bash
# An experiment: the same table on any number of ranks, after a kill, and from its own file; wrong
# mixtures and techniques are told before any work.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
images idx cut 600
cat >job.yaml <<END
name: trials
catalogue: {kind: idx, path: cut-images.gz, labels: cut-labels.gz}
image: {size: 8, channels: gray}
reduce: {method: none}
experiment:
  mixtures:
    - shoes | 5, 7, 9
    - sandals | 5 | 7, 9
  shares: [0.1, 0.3]
  theme_images: 40
  test_images: 10
  verified_theme: 6
  seeds: 2
  components: [2, 5]
  techniques:
    - mixture, share known | fit.detector=mixture fit.mixture.anomaly_share={phi}
    - PCA {k} | reduce.method=pca reduce.pca.components={k} fit.detector=mahalanobis
END

good on 1 run job.yaml -o one
did "ingest features experiment"
says "mixture, share known"
says "PCA 5"
[ "$(wc -l <one/experiment.csv)" = 25 ] || fail "not 24 trials in experiment.csv"
check trials one/experiment.csv one/experiment.h5
grep -q "<h3>PCA {k}</h3>" one/report/index.html || fail "no curve over the components"

# times apart, the trials without ScaLAPACK are the same to the bit
timeless() { grep -v '^PCA' "$1/experiment.csv" | cut -d, -f 1-14; }
for ranks in 2 3 4; do
    good on $ranks run job.yaml -o ranks-$ranks
    diff <(timeless one) <(timeless ranks-$ranks) || fail "other trials on $ranks ranks"
done

# a kill in the middle: what was done is kept
hurt experiment.trial:rank=1:after=9 2 run job.yaml -o hurt
good on 2 run job.yaml -o hurt
says "trials were done before"
diff <(timeless one) <(timeless hurt) || fail "other trials after a kill"
[ ! -e hurt/checkpoints ] || fail "checkpoints are left"

# nothing to do, but the table is there
good on 1 run job.yaml -o one
did ""
says "PCA 5"

# a method that cannot work on the rows spoils only its own trials
good on 1 run job.yaml -o some --set "experiment.techniques=['whole | fit.detector=mahalanobis', 'from none | fit.detector=knn fit.knn.rows=theme']" \
    --set experiment.seeds=1 --set experiment.verified_theme=0
says "'from none' failed"
check trials some/experiment.csv some/experiment.h5

wrong() { fails_with 2 "$1" alone run job.yaml -o wrong "${@:2}"; }
wrong "unknown key 'reduce.pca.component'" --set "experiment.techniques=['x | reduce.pca.component=3']"
wrong "no detector 'mixtures'" --set "experiment.techniques=['x | fit.detector=mixtures']"
wrong "expected 'NAME | theme labels | odd labels'" --set "experiment.mixtures=[shoes]"
wrong "above 0 and below 1" --set "experiment.shares=[1.5]"
wrong "wants numbers for {k}" --set "experiment.components=[]"
wrong "draws its own mixtures" --set "contamination.theme=[1]"
wrong "wants 9010 theme images" --set experiment.theme_images=9000
good on 1 ingest job.yaml -o wrong
fails_with 2 "no stage of this job" alone fit job.yaml -o wrong
