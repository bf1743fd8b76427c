#!/bin/sh
# names.sh TREE: fails, naming each, if two source files have the same name (`pca.c:88` in a log
# must be enough to find the line), or two types or functions, or if there are no files.
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit 1
files=$(find src include tests -name '*.[ch]' -o -name '*.py')
[ -n "$files" ] || exit 1
twice=$(echo "$files" | sed 's|.*/||' | sort | uniq -d)
for name in $twice; do
    echo "$files" | grep "/$name\$"
done
find src include/oddlot -name '*.[ch]' | sort | xargs awk -f "$here/twice.awk" && [ -z "$twice" ]
