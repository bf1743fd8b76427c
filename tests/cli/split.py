#!/usr/bin/python3
"""split.py RUN CATEGORY: is it the only one that is told of as two things, with a drawing and a photograph?"""
import csv, json, sys

run, category = sys.argv[1:]
found = [r for r in csv.DictReader(open(run + "/findings.csv")) if "groups that are apart" in r["sentence"]]
assert len(found) == 1 and f"'{category}'" in found[0]["sentence"], found
pictures = [found[0]["path"]] + json.loads(found[0]["others"])
assert sorted(p.split("/")[-1][0] for p in pictures) == ["a", "z"], pictures
