#!/bin/sh
# layers.sh TREE: fails, naming each, if an include breaks the order of the rooms.
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" && find src include/oddlot -name '*.[ch]' -printf './%p\n' | sort |
    xargs awk -f "$here/layers.awk"
