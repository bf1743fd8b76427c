# Names every include in src/ and include/oddlot/ that looks upward, into another room's internals,
# or at a foreign library that is kept behind the wall of another room.
# Run by layers.sh; the tables are those of the design.
BEGIN {
    below["base"] = ""
    below["par"] = "base"
    below["image"] = below["nn"] = below["eval"] = below["report"] = "base"
    below["store"] = below["linalg"] = "par base"
    below["detect"] = "linalg par base"
    below["stage"] = "detect eval report linalg nn image store par base"
    below["cli"] = "stage par base"

    # header, or the beginning of one: the rooms that may see it
    foreign["mpi.h"] = "par store linalg detect stage cli"
    foreign["cyaml/"] = foreign["yaml.h"] = foreign["xxhash.h"] = "base"
    foreign["hdf5"] = foreign["H5"] = "store"
    foreign["vips/"] = foreign["turbojpeg.h"] = foreign["jpeglib.h"] = foreign["webp/"] = "image"
    foreign["openjpeg"] = foreign["jxl/"] = "image"
    foreign["archive"] = foreign["zlib.h"] = foreign["tiff"] = foreign["gif"] = "image"
    foreign["png.h"] = "image report"
    foreign["cblas"] = foreign["lapacke"] = foreign["elpa/"] = foreign["scalapack"] = "linalg"
    foreign["dnnl"] = foreign["protobuf-c/"] = "nn"
    foreign["CUnit/"] = ""
}
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
FNR == 1 {
    room = FILENAME
    sub(/.*\/(src|include\/oddlot)\//, "", room)
    sub(/\/.*/, "", room)
    if (!(room in below)) complain("a room that no table knows: " room)
}
/^[ \t]*#[ \t]*include[ \t]*["<]/ {
    header = $0
    gsub(/^[^"<]*["<]|[">].*$/, "", header)
    split(header, part, "/")
    if (part[1] == "oddlot" && part[2] != room && !has(below[room], part[2]))
        complain(room " may not look at " header)
    if (part[1] in below && part[1] != room) complain(header " is internal to its room")
    for (h in foreign)
        if (index(header, h) == 1 && !has(foreign[h], room)) complain(room " may not see " header)
}
END { exit bad || NR == 0 }
