#!/bin/bash
# Manual pages and completion say what the help says: they are made of the same tables.
. "$ODDLOT_SOURCE/tests/cli/lib.sh"

# the page of a command: its summary, each of its options, its example
good alone help --man
grep -o 'oddlot\\-[a-z]*\\fR(1)$' out | sed 's/oddlot\\-\([a-z]*\).*/\1/' >commands.txt
grep -qx plan commands.txt && [ "$(wc -l <commands.txt)" -gt 15 ] || fail "few commands: $(tr '\n' ' ' <commands.txt)"
while read -r command; do
    good alone help "$command"
    cp out help.txt
    good alone help --man "$command"
    head -n 1 out | grep -q "^\.TH ODDLOT\\\\-${command^^} 1 " || fail "no title of $command"
    grep -q "^oddlot\\\\-$command \\\\- ." out || fail "no summary of $command"
    sed 's/\\-/-/g; s/\\f[BIR]//g; s/\\&//g; s/\\e/\\/g' out >plain.txt
    sed -n 's/^  *\(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p; s/^  *\(-[a-z]\) .*/\1/p' help.txt | while read -r option; do
        grep -qF -- "$option" plain.txt || fail "the page of $command has no $option"
    done
    grep -qxF -- "$(tail -n 1 help.txt | sed 's/^  //')" plain.txt || fail "the page of $command has no example"
    if command -v groff >/dev/null; then
        groff -man -Tutf8 -ww out >page.txt 2>wrong.txt && [ ! -s wrong.txt ] || fail "$command: $(cat wrong.txt)"
    fi
done <commands.txt
good alone help --man job
grep -q 'reduce' out || fail 'the page of job files has no settings'
fails_with 2 "did you mean 'audit'?" alone help --man audti

# bash completes commands, options, settings and folders
good alone help --completion
cp out completion.bash
mkdir folder
complete_words() { # WORDS...: the last one is completed
    bash -c '. ./completion.bash; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _oddlot; echo "${COMPREPLY[*]}"' \
        bash "$@"
}
gives() { # EXPECTED WORDS...
    [ "$(complete_words "${@:2}")" = "$1" ] || fail "completes '${*:2}' to '$(complete_words "${@:2}")', not '$1'"
}
gives 'plan' oddlot pl
gives '--verify' oddlot info --v
gives '--per-node' oddlot plan job.yaml --per
gives 'reduce.pca.components=' oddlot run job.yaml --set reduce.pca.comp
gives 'folder' oddlot run job.yaml -o fol
gives 'doctor' oddlot help doc

# no page wants MPI: an installation is made where there may be none to start
env -i PATH=/nowhere OMPI_MCA_pml=none "$ODDLOT" help --man plan >out 2>err || fail 'a page wants more than the program'
[ ! -s err ] || fail 'a page warns'
