#!/usr/bin/python3
"""map.py TREE: is src/README.md true? Its table names every room once, in an order in which no room includes from one
above it; files that it or README.md links to are there,
and so are files in `code` that are no pattern; a table that a line is added
to stands in the file that is named."""
import pathlib
import re
import sys

tree = pathlib.Path(sys.argv[1])
src, text = tree / "src", (tree / "src/README.md").read_text()
public = {}  # of rooms in rooms, as layers.awk has them
for header, room in re.findall(r'place\["([^"]+)"\](?: = place\["[^"]+"\])* = "([^"]+)"',
                               (tree / "tests/layout/layers.awk").read_text()):
    public[header] = room
for first, second, room in re.findall(r'place\["([^"]+)"\] = place\["([^"]+)"\] = "([^"]+)"',
                                      (tree / "tests/layout/layers.awk").read_text()):
    public[first] = public[second] = room
faults = []

listed = re.findall(r"^\| `([a-z/]+)` \|", text, re.M)
rooms = sorted({str(f.parent.relative_to(src)) for f in src.rglob("*.c")})
faults += [f"room {r} is not in the table" for r in rooms if r not in listed]
faults += [f"{r} is no room" for r in listed if r not in rooms]
faults += [f"{r} is in the table twice" for r in set(listed) if listed.count(r) > 1]


def room_of(path):
    if path in public:
        return public[path]
    parts = path.split("/")
    two = "/".join(parts[:2])
    return two if two in rooms else parts[0]


for f in [*src.rglob("*.[ch]"), *(tree / "include/oddlot").rglob("*.h")]:
    here = room_of(str(f.relative_to(src if f.is_relative_to(src) else tree / "include/oddlot")))
    for header in re.findall(r'#\s*include "(?:oddlot/)?([^"]+)"', f.read_text()):
        there = room_of(header)
        if here in listed and there in listed and listed.index(there) < listed.index(here):
            faults.append(f"{f.relative_to(tree)}: {here} looks at {there}, which the table has above it")

for link in re.findall(r"\]\(([^)]+)\)", text):
    if not (src / link).exists():
        faults.append(f"no {link}")
if (tree / "README.md").exists():
    for link in re.findall(r"\]\((?!http)([^)#]+)[^)]*\)", (tree / "README.md").read_text()):
        if not (tree / link).exists():
            faults.append(f"README.md: no {link}")
for name in re.findall(r"`([a-z_/]+\.[ch])`", text):
    if not (src / name).exists() and not (tree / "include/oddlot" / name).exists():
        faults.append(f"no file {name}")
for table, link in re.findall(r"`(\w+)`, \[[^]]+\]\(([^)]+)\)", text):
    if (src / link).exists() and not re.search(rf"\b{table}\b", (src / link).read_text()):
        faults.append(f"{link} has no {table}")
for record in re.findall(r"an? `(odd_\w+)`", text):
    if not any(re.search(rf"\b{record}\b", h.read_text()) for h in [*src.rglob("*.h"), *tree.glob("include/**/*.h")]):
        faults.append(f"no type {record}")

print(*faults, sep="\n", end="\n" if faults else "")
sys.exit(bool(faults) or not listed)
