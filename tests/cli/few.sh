#!/bin/bash
# Audits of catalogues that are small, broken or not measured: what can be said is said, the same on any number
# of ranks, and what cannot be done is refused before the work, not after it.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
small=(--set image.size=32 --set features.source=pixels)
"$python" - <<'END'
import os

import numpy
from PIL import Image

draw = numpy.random.default_rng(7)


def folder(name):
    os.mkdir(name)
    return lambda file, picture: picture.save(f"{name}/{file}.png")


def noise():
    return Image.fromarray(draw.integers(0, 255, (40, 40, 3), "uint8"))


save = folder("eight")
for i in range(8):
    save(f"{i}", noise())

save = folder("dark") # a black picture is not the same as what cannot be read
save("black", Image.new("RGB", (40, 40)))
for i in range(6):
    save(f"noise-{i}", noise())
for i in range(3):
    open(f"dark/z{i}.png", "w").write("no picture")
END

# without measures: those checks that need none are left, one that needs them is refused at once
good on 2 audit eight -o unmeasured "${small[@]}" --set ingest.measure=false
says '"findings": 0'
"$python" -c 'import h5py; print(*[name.decode() for name in h5py.File("unmeasured/findings.h5")["tally/check"]])' >did.txt
[ "$(cat did.txt)" = "unreadable group odd" ] || fail "other checks than those that need no measures: $(cat did.txt)"
for check in dark rules duplicate placeholder; do
    fails_with 2 "check '$check' needs images that are measured" \
        on 2 audit eight -o refused "${small[@]}" --set ingest.measure=false --set "check.checks=[$check]"
done
[ ! -e refused/ingest.h5 ] || fail "refused after work"

# what cannot be read is a finding, however many there are, and takes no part in the search of copies, whichever rank has it
for ranks in 1 2 3; do
    good on $ranks audit dark -o "dark$ranks" "${small[@]}"
    diff <(printf 'check\nblank\nunreadable\nunreadable\nunreadable\n' | sort) \
        <(cut -d, -f2 "dark$ranks/findings.csv" | sort) || fail "other findings on $ranks ranks"
    cmp dark1/findings.csv "dark$ranks/findings.csv" || fail "findings differ on $ranks ranks"
done

# sums that a findings.h5 of an earlier run has wrong are not told
for wrong in worst=nan worst=2 found=-1 ignored=-1 unmeasured=-1; do
    cp -r dark1 spoilt
    "$python" - "$wrong" <<'END'
import sys

import h5py

name, value = sys.argv[1].split("=")
with h5py.File("spoilt/findings.h5", "r+") as file:
    file["tally"][name][0] = float(value)
END
    fails_with 1 "do not fit together" on 2 audit dark -o spoilt "${small[@]}"
    rm -r spoilt
done
