#!/usr/bin/python3
"""What did the last tests skip, and why?    skips.py BUILD

Prints each test that said "skipped: REASON", with the reason. Exit code 1 where one of them is not in skips.txt: where
every package of .ci/packages is installed, nothing else may be left out."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def allowed():
    with open(os.path.join(HERE, "skips.txt")) as file:
        rows = [line.rstrip("\n").split(" :: ") for line in file if line.strip() and not line.startswith("#")]
    return [(re.compile(test), re.compile(reason)) for test, reason, _ in rows]


def skipped(build):
    test = None
    with open(os.path.join(build, "Testing/Temporary/LastTest.log"), errors="replace") as log:
        for line in log:
            begun = re.match(r"\d+/\d+ Test: (\S+)$", line)
            said = re.search(r"\bskipped: (.*)", line)
            test = begun.group(1) if begun else test
            if said:
                yield test, re.sub(r" *(passed|FAILED)$", "", said.group(1).strip())


def main(build):
    unknown, rows = 0, allowed()
    for test, reason in sorted(set(skipped(build))):
        may = any(t.fullmatch(test) and r.search(reason) for t, r in rows)
        print(f"skipped   {test}: {reason}" + ("" if may else "   <- not in tests/skips.txt"))
        unknown += not may
    return unknown > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
