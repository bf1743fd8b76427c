#!/bin/bash
# A folder of pictures as people have them: all sizes, colours and transparencies, in sub-folders.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
art=/usr/share/openclipart/png
[ -d "$art" ] || skip "no $art: install openclipart-png"
# sort ends early when head has enough
{ find "$art/food" "$art/animals" -name '*.png' -size -40k | LC_ALL=C sort || true; } | head -n 200 >names
mkdir pictures
while read -r name; do
    mkdir -p "pictures/$(basename "$(dirname "$name")")"
    cp "$name" "pictures/$(basename "$(dirname "$name")")/"
done <names
rows=$(find pictures -name '*.png' | wc -l)
[ "$rows" -ge 150 ] || fail "only $rows pictures"
echo "catalogue: {kind: folder, path: pictures}" >art.yaml
good on 2 run art.yaml -o run --set image.size=32 --set reduce.pca.components=10
check agrees run "$rows" 0
