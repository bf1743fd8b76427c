"""scaled.py FOLDER ONE AGAIN TWO FEW MORE: scaling.csv and scaling.h5 in FOLDER say what the stages of these runs took:
ONE and AGAIN on one rank, TWO on two ranks with the same images, FEW and MORE with as many images for each rank."""
import csv
import math
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

STAGES = {"ingest": "ingest", "features": "features", "reduce": "reduce", "fit": "model", "score": "scores",
          "evaluate": "evaluate", "report": "report"}


def near(a, b):
    assert math.isclose(a, b, rel_tol=1e-4), (a, b)


def took(run, stage):
    return dict(h5py.File(f"{run}/audit.h5")[f"provenance/{STAGES[stage]}"].attrs)


def check_split(attributes):
    """Each rank is at work, in MPI or in its files, all the time."""
    ranks, seconds = attributes["ranks"], attributes["seconds"]
    parts = [attributes[f"{part}_seconds_sum"] for part in ("compute", "mpi", "mpi_file")]
    assert 0.5 * seconds <= sum(parts) <= 1.01 * ranks * seconds + 1e-3, (parts, seconds)
    for part in ("compute", "mpi", "mpi_file"):
        least, most, total = (attributes[f"{part}_seconds_{over}"] for over in ("min", "max", "sum"))
        assert least <= total / ranks <= most, part
    assert attributes["mpi_calls"] > 0 and attributes["bytes_sent"] > 0


def check_line(line, first, runs, begun):
    fastest = min(runs, key=lambda a: a["seconds"])
    ranks = int(line["ranks"])
    seconds, begin = float(line["seconds"]), float(first["seconds"])
    assert int(line["repeats"]) == len(runs)
    near(seconds, fastest["seconds"])
    near(float(line["median_seconds"]), np.median([a["seconds"] for a in runs]))
    near(float(line["efficiency"]), begin / seconds / (ranks if line["kind"] == "strong" else 1))
    near(float(line["speedup"]), float(line["efficiency"]) * ranks)
    near(float(line["parallel_efficiency"]), fastest["compute_seconds_sum"] / ranks / seconds)
    near(float(line["load_balance"]), fastest["compute_seconds_sum"] / ranks / fastest["compute_seconds_max"])
    work = min(begun, key=lambda a: a["seconds"])["compute_cpu_seconds_sum"] * (1 if line["kind"] == "strong" else ranks)
    near(float(line["processor_efficiency"]), work / ranks / fastest["compute_cpu_seconds_max"])
    assert int(line["bytes_sent"]) > 0 and line["predicted_seconds"] == ""
    assert int(line["images"]) == fastest["images"]


def main(folder, one, again, two, few, more):
    lines = {(l["kind"], l["stage"], int(l["ranks"])): l for l in csv.DictReader(open(f"{folder}/scaling.csv"))}
    assert len(lines) == 2 * 2 * (len(STAGES) + 1), sorted(lines)
    for stage in STAGES:
        strong = {1: [took(one, stage), took(again, stage)], 2: [took(two, stage)]}
        weak = {1: [took(few, stage)], 2: [took(more, stage)]}
        for kind, runs in (("strong", strong), ("weak", weak)):
            for ranks in runs:
                for attributes in runs[ranks]:
                    check_split(attributes)
                check_line(lines[kind, stage, ranks], lines[kind, stage, 1], runs[ranks], runs[1])
    near(float(lines["weak", "all", 2]["seconds"]), sum(took(more, s)["seconds"] for s in STAGES))
    with h5py.File(f"{folder}/scaling.h5") as file:
        assert [s.decode() for s in file["stage"][:]] == [key[1] for key in lines]
        for i, line in enumerate(lines.values()):
            near(file["seconds"][i], float(line["seconds"]))
            assert file["ranks"][i] == int(line["ranks"]) and math.isnan(file["predicted_seconds"][i])
    for picture in ("strong.svg", "weak.svg"):
        texts = [e.text for e in xml.parse(f"{folder}/{picture}").iter("{http://www.w3.org/2000/svg}text")]
        assert set(STAGES) <= set(texts), texts


main(*sys.argv[1:])
