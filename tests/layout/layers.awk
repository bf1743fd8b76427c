# Names every include in src/ and include/oddlot/ that looks upward, into another room's internals, at a foreign
# library that is kept behind the wall of another room, or that does not say its room.
# Run by layers.sh; the tables are those of the design, low to high. A room may have rooms of its own: where its
# name stands, all of them are meant.
BEGIN {
    below["base"] = ""
    below["par"] = "base"
    below["image"] = below["report"] = "base"
    below["nn/graph"] = "base"
    below["nn/builder"] = below["nn/onnx"] = "nn/graph base"
    below["nn/exec"] = "nn/onnx nn/graph base"
    below["nn/train"] = "nn/exec nn/graph base"
    below["nn/absent"] = "nn/train nn/exec nn/onnx nn/graph base" # their public headers
    below["store"] = below["linalg"] = below["eval"] = "par base"
    below["learn"] = "nn par base"
    below["energy"] = "linalg par base"
    below["detect"] = "learn linalg nn par base"
    below["run"] = "detect learn energy eval report linalg nn image store par base"
    # a stage looks at those before it
    before = "run " below["run"]
    stages = split("ingest train features copies categories reduce fit views groups score check evaluate report", stage, " ")
    for (s = 1; s <= stages; s++) {
        below["stage/" stage[s]] = before
        before = "stage/" stage[s] " " before
    }
    below["study"] = "stage run " below["run"]
    below["pipeline"] = "study " below["study"]
    below["bench"] = "pipeline " below["pipeline"]
    below["cli"] = "bench pipeline run par base"

    # public headers of rooms in rooms
    place["nn/graph.h"] = "nn/graph"
    place["nn/network.h"] = "nn/builder"
    place["nn/onnx.h"] = "nn/onnx"
    place["nn/net.h"] = "nn/exec"
    place["nn/networks.h"] = "nn/train"
    place["nn/optimizer.h"] = place["nn/train.h"] = "nn/train"
    place["stage/stages.h"] = "stage/ingest" # which all others see
    place["stage/reductions.h"] = "stage/reduce"
    place["stage/calibration.h"] = "stage/fit"
    place["stage/views.h"] = "stage/views"
    place["stage/groups.h"] = "stage/groups"
    place["stage/flagging.h"] = place["stage/scoring.h"] = "stage/score"
    place["stage/learning_band.h"] = "stage/report"

    # header, or the beginning of one: the rooms that may see it
    foreign["mpi.h"] = "par store linalg eval detect energy learn run stage study pipeline bench cli"
    foreign["cyaml/"] = foreign["yaml.h"] = foreign["xxhash.h"] = "base"
    foreign["hdf5"] = foreign["H5"] = "store"
    foreign["vips/"] = foreign["turbojpeg.h"] = foreign["jpeglib.h"] = foreign["webp/"] = "image"
    foreign["openjpeg"] = foreign["jxl/"] = "image"
    foreign["archive"] = foreign["zlib.h"] = foreign["tiff"] = foreign["gif"] = "image"
    foreign["png.h"] = "image report"
    foreign["cblas"] = foreign["lapacke"] = foreign["elpa/"] = foreign["scalapack"] = "linalg"
    foreign["dnnl"] = "nn/exec nn/train"
    foreign["protobuf-c/"] = foreign["onnx.pb-c.h"] = "nn/onnx"
    foreign["CUnit/"] = ""

    for (r in below) { split(r, p, "/"); known[p[1]] = 1 }
}
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function may(list, r) { return has(list, r) || has(list, house(r)) }
function house(r) { sub(/\/.*/, "", r); return r }
function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
# "nn/exec" of nn/exec/plan_internal.h and of nn/net.h, "par" of par/agree.h
function room_of(path,    p, two) {
    if (path in place) return place[path]
    split(path, p, "/")
    two = p[1] "/" p[2]
    return two in below ? two : p[1]
}
FNR == 1 {
    path = FILENAME
    sub(/.*\/(src|include\/oddlot)\//, "", path)
    room = room_of(path)
    if (!(room in below)) complain("a room that no table knows: " room)
}
/^[ \t]*#[ \t]*include[ \t]*["<]/ {
    header = quote = $0
    gsub(/^[^"<]*["<]|[">].*$/, "", header)
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", quote)
    public = sub(/^oddlot\//, "", header)
    other = room_of(header)
    ours = house(other) in known && index(header, "/") > 0
    if (ours && other != room && !may(below[room], other))
        complain(room " may not look at " (public ? "oddlot/" : "") header)
    if (ours && !public && house(other) != house(room)) complain(header " is internal to its room")
    if (substr(quote, 1, 1) == "\"" && index(header, "/") == 0) complain(header " does not say its room")
    for (h in foreign)
        if (!public && index(header, h) == 1 && !may(foreign[h], room))
            complain(room " may not see " header)
}
END { exit bad || NR == 0 }
