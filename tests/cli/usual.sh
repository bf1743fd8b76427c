#!/bin/bash
# What is usual in a catalogue is no fault in it: products that are cropped tightly and touch the edges, and
# goods that have no colour. A product that is cut off among the first is found, and a grey picture among
# coloured ones that look like it. The same on any number of ranks.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
"$python" - <<'PYEND'
import os
import random

from PIL import Image, ImageDraw

os.mkdir("tight")
os.mkdir("greys")
draw_number = random.Random(5)


def product(colours, seed):
    """A round thing as large as its picture, 160 x 160 on white."""
    rng = random.Random(seed)
    image = Image.new("RGB", (160, 160), "white")
    draw = ImageDraw.Draw(image)
    for i, colour in enumerate(colours):
        r = 80 - 16 * i - rng.randrange(6)
        draw.ellipse((80 - r, 80 - r, 79 + r, 79 + r) if i else (0, 0, 159, 159), fill=colour)
    return image


def colour():
    return tuple(draw_number.randrange(20, 200) for _ in range(3))


for i in range(60):
    product([colour() for _ in range(4)], i).save(f"tight/round-{i:02}.png")
whole = Image.new("RGB", (160, 160), "white")
whole.paste(product([colour() for _ in range(4)], 99).resize((120, 120)), (20, 20))
cut = Image.new("RGB", (160, 160), "white")
cut.paste(whole.crop((60, 0, 160, 160)), (0, 0))
cut.save("tight/cut.png")


def goods(kind, seed, grey):
    """Bags are dark and without colour, dresses have one."""
    rng = random.Random(seed)
    image = Image.new("RGB", (120, 160), "white")
    draw = ImageDraw.Draw(image)
    if kind == "bag":
        tone = rng.randrange(10, 60)
        draw.rectangle((20, 80, 100, 140 + rng.randrange(10)), fill=(tone,) * 3)
        draw.arc((40, 50, 80, 110), 180, 360, fill=(tone,) * 3, width=6)
    else:
        tone = tuple(rng.randrange(60, 200) for _ in range(3))
        draw.polygon([(60, 10), (80, 60), (105, 150 - rng.randrange(10)), (15, 150), (40, 60)], fill=tone)
        draw.ellipse((50, 2, 70, 24), fill=(225, 180, 150))
    return image.convert("L").convert("RGB") if grey else image


for i in range(12):
    goods("bag", i, True).save(f"greys/bag-{i:02}.png")
for i in range(70):
    goods("dress", 100 + i, i == 33).save(f"greys/dress-{i:02}.png")
os.makedirs("shapes/few"), os.makedirs("shapes/one")
for i in range(65):
    goods("dress", 200 + i, False).resize((120, 160) if i < 60 else (60, 160)).save(f"shapes/few/{i:02}.png")
    if i < 61:
        os.link(f"shapes/few/{i:02}.png", f"shapes/one/{i:02}.png")
PYEND
small=(--set image.size=48 --set features.source=pixels)
found() { "$python" -c 'import csv, sys
print("\n".join(sorted(r["path"] for r in csv.DictReader(open(sys.argv[1])) if r["check"] == sys.argv[2])))' "$@"; }

for ranks in 1 3; do
    good on $ranks audit tight -o "tight$ranks" "${small[@]}" --set check.checks=touches_edge
    [ "$(found "tight$ranks/findings.csv" touches_edge)" = cut.png ] || fail "not what is cut off"
    good on $ranks audit greys -o "greys$ranks" "${small[@]}" --set check.checks=grey
    [ "$(found "greys$ranks/findings.csv" grey)" = dress-33.png ] || fail "not what lost its colour"
    cmp greys1/findings.csv "greys$ranks/findings.csv" || fail "findings.csv differs on $ranks ranks"
done
# a shape is odd where few have it
good on 2 audit shapes/one -o shapes1 "${small[@]}" --set check.checks=odd_aspect
[ "$(found shapes1/findings.csv odd_aspect)" = 60.png ] || fail "not what is of another shape"
good on 2 audit shapes/few -o shapes2 "${small[@]}" --set check.checks=odd_aspect
[ -z "$(found shapes2/findings.csv odd_aspect)" ] || fail "a kind of goods is no odd shape"
says "would be 'odd_aspect', so that is how this catalogue is"
good on 2 audit greys -o greys3 "${small[@]}" --set check.checks=grey --set check.grey.usual=0.1
[ -z "$(found greys3/findings.csv grey)" ] || fail "more are grey than may be"
says "so that is how this catalogue is"
