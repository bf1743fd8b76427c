#!/usr/bin/python3
"""Which source files call each other in a circle?    circles.py BUILD [KNOWN]

Reads which odd_ functions the objects of BUILD define and want, and prints, a line a circle, the files of src/ of which
each leads to every other: none of them can be understood, or tested, before the others. A table that holds the records
of its entries calls none of them, so that the entries may use what stands beside the table.

Exit code 1 where there is a circle. KNOWN lists circles that may be, as they are printed; one that is no more is a
fault, too."""
import collections
import json
import os
import re
import subprocess
import sys


def objects(build):
    """{object: base name of its source}, of the objects in the folder src of BUILD that the build makes now: where a
    source has moved or gone, its old object still lies there."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        rows = json.load(file)
    below = os.path.realpath(os.path.join(build, "src")) + os.sep
    places = {os.path.realpath(os.path.join(row["directory"], output_of(row))): row["file"] for row in rows}
    return {place: os.path.basename(file) for place, file in places.items() if place.startswith(below)}


def output_of(row):
    return re.search(r" -o (\S+)", row["command"]).group(1)


def calls(sources):
    """{source: the sources of the functions that it calls}"""
    words = subprocess.run(["nm", "-A", *sources], check=True, stdout=subprocess.PIPE, text=True).stdout
    symbols = re.findall(r"^(.*?):[0-9a-f ]* ([TU]) (odd_\w+)$", words, re.MULTILINE)
    home = {name: sources[place] for place, kind, name in symbols if kind == "T"}
    graph = collections.defaultdict(set)
    for place, kind, name in symbols:
        if kind == "U" and name in home:
            graph[sources[place]].add(home[name])
    return graph


def reach(graph, start):
    """All that start leads to; itself only where there is a way back."""
    found, waiting = set(), list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph[node]
    return found


def circles(graph):
    ways = {node: reach(graph, node) for node in list(graph)}
    around = [node for node in sorted(ways) if node in ways[node]]
    return {" ".join(other for other in around if other in ways[node] and node in ways[other]) for node in around}


def read_known(path):
    with open(path) as file:
        return {line.strip() for line in file if line.strip() and not line.startswith("#")}


def main(build, known=None):
    sources = objects(build)
    if not sources:
        sys.exit("no objects of src in " + build)
    found, allowed = circles(calls(sources)), read_known(known) if known else set()
    for circle in sorted(found - allowed):
        print("a circle:", circle)
    for circle in sorted(allowed - found):
        print("no circle any more, strike it from the list:", circle)
    return found != allowed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
