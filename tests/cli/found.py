#!/usr/bin/python3
"""Is what a run found in findings.h5 also in findings.csv, and the unreadable images of errors.csv?

    found.py RUN COUNT"""
import csv
import sys

import h5py


def rows(path):
    with open(path, encoding="latin-1", newline="") as file:  # bytes as they are
        return list(csv.DictReader(file))


run, count = sys.argv[1], int(sys.argv[2])
table, errors = rows(f"{run}/findings.csv"), rows(f"{run}/errors.csv")
assert len(table) == len(errors) == count > 10, (len(table), len(errors), count)
assert sorted(f["path"] for f in table) == sorted(e["path"] for e in errors)
with h5py.File(f"{run}/findings.h5") as f:
    finding, member, tally = f["finding"], f["member/row"][:], f["tally"]
    first = finding["first"][:]
    assert first[0] == 0 and first[-1] == len(member) and len(first) == count + 1
    assert list(tally["check"]) == [b"unreadable"] and list(tally["found"]) == [count]
    paths = h5py.File(f"{run}/ingest.h5")["path"][:]
    for i, line in enumerate(table):
        for key in "kind", "check", "sentence":
            assert line[key].encode("latin-1") == finding[key][i], (key, line)
        assert float(line["severity"]) == finding["severity"][i] == 1
        name, shown = paths[member[first[i]]], line["path"].encode("latin-1")
        assert shown == name or shown == b"'" + name and name[:1] in b"=+-@\t\r", (shown, name)
        assert line["value"] == line["limit"] == line["box"] == line["others"] == ""
        assert line["members"] == "1"
    for o in list(finding.values()) + list(tally.values()) + [f["member/row"]]:
        assert len(o.attrs["about"]) > 5, o.name
