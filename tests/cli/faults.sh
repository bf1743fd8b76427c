#!/bin/bash
# One picture of each fault among sixty clean ones: the checks find these and no others, on any number of
# ranks; rules of channels; limits are settings; a catalogue whose way it is is left in peace.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" "$tests/make_faults.py" shop >faults
cat >job.yaml <<'END'
catalogue: {path: shop}
image: {size: 32}
features: {source: pixels}
check: {checks: all}
END

# lines of findings.csv: "path check", sorted
found() { "$python" -c 'import csv, sys
print("\n".join(sorted(r["path"] + " " + r["check"] for r in csv.DictReader(open(sys.argv[1])))))' "$1"; }

good on 1 run job.yaml -o one
diff <(sort faults) <(found one/findings.csv) || fail "not what is wrong with the pictures"
says "\"findings\": $(wc -l <faults)"
for ranks in 2 3; do
    good on $ranks run job.yaml -o "on$ranks"
    check same one "on$ranks" findings.h5
    cmp one/findings.csv "on$ranks/findings.csv" || fail "findings.csv differs on $ranks ranks"
done
fails_with 3 "check.fail_at = 0.95" on 2 run job.yaml -o on2 --set check.fail_at=0.95

grep -q '^hygiene,ending,.*the file is .*, but the ending of its name is that of ' one/findings.csv || fail "the two formats"

# some of them alone; limits are settings
good on 2 run job.yaml -o on2 --set 'check.checks=[dark, blur]'
diff <(printf 'dark\nblur\n' | sort) <(found on2/findings.csv | cut -d' ' -f2 | sort) || fail "others than asked for"
good on 2 run job.yaml -o on2 --set check.checks=small_fill --set check.small_fill.surely=0.99
[ -z "$(found on2/findings.csv)" ] || fail "half the catalogue is not usual"
says "would be 'small_fill', so that is how this catalogue is"
good on 2 run job.yaml -o on2 --set check.checks=small_fill --set 'check.small_fill={surely: 0.99, usual: 1}'
[ "$(found on2/findings.csv | wc -l)" -gt 60 ] || fail "the limit does not hold"

# rules: one finding for a picture and a rule names all channels
good on 1 run job.yaml -o on1 --set check.checks=rules --set 'check.rules.channels=[google, ebay]'
grep -q '^rule,width,0.[0-9]*,clean-00.png,240,500,pixels,.*google wants at least 500 pixels' on1/findings.csv ||
    fail "width"
grep -q '^rule,border,.*,fault-06-border.png,.*not taken by google, ebay' on1/findings.csv || fail "border"
grep -q '^rule,ending,.*fault-ending.jpg' on1/findings.csv || fail "ending"
# what a rule and a check judge alike is one finding, of the more severe, that names the other
both=(--set 'check.checks=[rules, border]' --set check.rules.channels=google)
good on 2 run job.yaml -o on2 "${both[@]}"
[ "$(grep -c ',border,.*,fault-06-border.png,' on2/findings.csv)" = 1 ] || fail "two findings of one border"
grep -q "^rule,border,.*,fault-06-border.png,.*; as hygiene 'border' finds, too" on2/findings.csv || fail "not both are named"
good on 3 run job.yaml -o on3 "${both[@]}"
cmp on2/findings.csv on3/findings.csv || fail "joined findings differ on 3 ranks"
# ... but what is ignored of one is told of the other
(head -n 1 on2/findings.csv && grep '^rule,border,.*,fault-06-border.png,' on2/findings.csv) >list.csv
good on 2 run job.yaml -o on2 "${both[@]}" --set check.ignore=list.csv
grep -q '^hygiene,border,.*,fault-06-border.png,' on2/findings.csv || fail "ignored with the rule of its name"
! grep '^rule,border,.*,fault-06-border.png,' on2/findings.csv || fail "an ignored rule is told"
good on 3 run job.yaml -o on3 --set check.checks=rules --set 'check.rules.channels=[google, ebay]'
cmp on1/findings.csv on3/findings.csv || fail "rules differ on 3 ranks"
good on 2 run job.yaml -o on2 --set check.checks=rules \
    --set 'check.rules={min_side: 100, formats: [PNG], max_aspect: 2}'
diff <(printf 'fault-09-odd_size.png longer_side\nfault-10-odd_aspect.png aspect\n') <(found on2/findings.csv) ||
    fail "the job's own rules"
fails_with 2 "did you mean 'google'?" alone run job.yaml -o wrong --set check.rules.channels=gogle
fails_with 2 "no format 'png'" alone run job.yaml -o wrong --set check.rules.formats=png
