# Names every type, and every function that is not static, that is defined in two files of src/ and include/oddlot/.
# A type that a header only announces may have a definition of its own behind each of several tables; thing_2.c and
# thing_3.c are for two versions of a library, and one of them is built; thing_absent.c is built in place of others.
function thing(file) {
    sub(/_[0-9]\.c$/, ".c", file)
    return file
}
function defined(kind, name) {
    if (FILENAME ~ /_absent\.c$/) return
    if ((kind, name) in where && thing(where[kind, name]) != thing(FILENAME)) {
        printf "%s:%d: %s %s is defined in %s, too\n", FILENAME, FNR, kind, name, where[kind, name]
        bad = 1
    }
    where[kind, name] = FILENAME
}
function last_word(line) {
    sub(/(\[[^]]*\])*;.*/, "", line)
    sub(/.*[^a-zA-Z0-9_]/, "", line)
    return line
}
/^} odd_[a-z0-9_]+;/ || (/^typedef [^(]*;/ && !/^typedef struct [a-z0-9_]+ [a-z0-9_]+;/) {
    word = last_word($0)
    if (word ~ /^odd_/) defined("type", word)
}
/^typedef .*\(\*?odd_[a-z0-9_]+\)\(/ || /^typedef [a-z0-9_]+ \*?odd_[a-z0-9_]+\(/ {
    word = $0
    sub(/^typedef [a-z0-9_]+ *\(?\*?/, "", word)
    sub(/[^a-z0-9_].*/, "", word)
    defined("type", word)
}
/^[a-z][a-zA-Z0-9_ *]*[ *]odd_[a-z0-9_]+\(/ && !/^(static|typedef|extern|return)/ && !/;[ \t]*$/ && FILENAME ~ /\.c$/ {
    word = $0
    sub(/\(.*/, "", word)
    defined("function", last_word(word ";"))
}
END { exit bad || NR == 0 }
