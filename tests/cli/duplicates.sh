#!/bin/bash
# Copies of images are found, exact and near ones, also mirrored; what is only alike is not; a picture on
# many products is one placeholder. The same on any number of ranks.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_copies.py" shop
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 96}
features: {source: pixels}
check: {checks: [duplicate, placeholder]}
END
for ranks in 1 2 3; do
    good on $ranks run job.yaml -o "on$ranks"
    "$python" "$tests/make_copies.py" check "on$ranks/findings.csv" || fail "findings on $ranks ranks"
    cmp on1/findings.csv "on$ranks/findings.csv" || fail "findings.csv differs on $ranks ranks"
done

# the search is a stage of its own, which only a setting of its own does again
good on 2 run job.yaml -o on2 --set check.placeholder.least=8
did check report
good on 2 run job.yaml -o on2 --set 'check.checks=[placeholder]' --set check.placeholder.least=8
did check report
[ "$(wc -l <on2/findings.csv)" = 1 ] || fail "a placeholder of 7 where 8 are the least"
good on 2 run job.yaml -o on2 --set 'check.checks=[duplicate]'
did check report
grep -q 'nearly the same picture in 7 images' on2/findings.csv || fail "no group of 7 copies"
# a kind names all of its checks; what stands for many products is told once, not by each check
every=(--set 'check.small_fill={surely: 1, never: 1, usual: 1}')
good on 2 run job.yaml -o kinds "${every[@]}" --set check.checks=hygiene
[ "$(grep -c '^hygiene,small_fill,.*none-' kinds/findings.csv)" = 7 ] || fail "a kind that does not name its checks"
! grep -q '^placeholder\|^duplicate' kinds/findings.csv || fail "checks of another kind"
good on 2 run job.yaml -o kinds "${every[@]}" --set 'check.checks=[hygiene, placeholder]'
did copies check report
! grep -q '^hygiene.*none-' kinds/findings.csv || fail "members of a placeholder are told on their own"
[ "$(grep -c '^hygiene,small_fill' kinds/findings.csv)" -gt 30 ] || fail "others are not told"
[ "$(grep -c '^placeholder' kinds/findings.csv)" = 1 ] || fail "no placeholder"
# ... exact ones alone
good on 2 run job.yaml -o on2 --set copies.near=false
did copies check report
[ "$(grep -c '^duplicate' on2/findings.csv)" = 1 ] || fail "near copies that were not asked for"
# a job that has no use for it has none
good on 2 run job.yaml -o unread --set 'check.checks=[dark]'
[ ! -e unread/copies.h5 ] || fail "copies that nobody reads"
fails_with 2 "the section 'check.duplicate' is called 'copies' now" \
    alone run job.yaml -o on2 --set check.duplicate.near=false

# what later stages count once: the best copy stands for its group, every other image for itself
"$python" - on1/copies.h5 on3/copies.h5 on1/ingest.h5 <<'END'
import sys

import h5py

one, three, ingest = (h5py.File(name) for name in sys.argv[1:])
for name in "representative", "pair/first", "pair/second", "pair/value", "pair/marks", "pair/group", "group/first", "member/row":
    assert (one[name][:] == three[name][:]).all(), f"{name} differs on 3 ranks"
paths, by = [p.decode() for p in ingest["path"][:]], one["representative"][:]
stands = [paths[r].split("/")[-1] for r in by]
for path, best in zip((p.split("/")[-1] for p in paths), stands):
    number = path[:2]
    if "none" in path:
        assert best == "none-6.jpg", (path, best)
    elif number.isdigit() and int(number) < 7:
        assert best[:2] == number, (path, best)
    else:
        assert best == path, (path, best)
assert (by[by] == by).all() and sum(by != range(len(by))) == 13, by
END

# a file that does not fit together is refused, not believed
for name in member/row group/first pair/group pair/second; do
    cp -r on1 spoilt
    "$python" -c "import h5py; h5py.File('spoilt/copies.h5', 'r+')['$name'][1] = 10**6"
    fails_with 1 "copies.h5 do not fit together" on 2 run job.yaml -o spoilt --set check.placeholder.least=6
    rm -r spoilt
done
