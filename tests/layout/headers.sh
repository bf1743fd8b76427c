#!/bin/sh
# headers.sh TREE COMPILER FLAGS...: fails if a public header does not compile alone, and twice.
tree=$1
shift
bad=0 count=0
for header in $(cd "$tree/include" && find oddlot -name '*.h' | sort); do
    count=$((count + 1))
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$@" -std=c11 -Wall -Wextra -Wstrict-prototypes -Werror -I "$tree/include" \
            -fsyntax-only -x c - || { echo "$header does not compile alone"; bad=1; }
done
[ "$bad" -eq 0 ] && [ "$count" -gt 0 ]
