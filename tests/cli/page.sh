#!/bin/bash
# The page of an audit in a real browser: names that would do harm, files that cannot be read, images that are twice.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"
command -v chromedriver >/dev/null && "$python" -c 'import selenium' 2>/dev/null ||
    skip "needs chromium, chromium-driver and python3-selenium"

images png photos 60
mkdir all
find photos -name '*.png' | while read -r file; do cp "$file" "all/$(echo "$file" | tr / -)"; done
one=$(ls all/*.png | head -n 1)
cp "$one" 'all/<script>document.title="caught"<&script>.png'
cp "$one" 'all/<b class=hostile>"x"<&b>.png'
cp "$one" "all/=cmd|' &C calc'!A0.png"
cp "$one" 'all/"onerror="document.title=`caught`.png'
head -c 300 "$one" >'all/<img src=x onerror=document.title="caught">.png'
good on 2 audit all -o run --set image.size=64 --set check.checks=all
grep -q 'onerror' run/findings.csv || fail "findings.csv does not name the file that was cut"
"$python" "$tests/page.py" "$PWD/run" >out 2>err || fail "the page in a browser"
cat out
