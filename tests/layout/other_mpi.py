#!/usr/bin/python3
"""Would the sources compile with another MPI?    other_mpi.py BUILD WRAPPER [INCLUDE...]

Compiles each source of BUILD that names something of MPI, for errors and warnings only, with the headers of the MPI whose
compiler WRAPPER is (mpicc.mpich) in place of those in the folders INCLUDE. What is a pointer with one MPI is a number with
another, and each has things of its own.

Exit code 1 where a source does not compile; 77 where there is no such MPI."""
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys


def folders(wrapper):
    """Where the headers of its MPI are; none without them, as Debian has the wrapper in another package"""
    if not shutil.which(wrapper):
        return []
    said = subprocess.run([wrapper, "-show"], check=True, stdout=subprocess.PIPE, text=True).stdout
    named = [word[2:] for word in shlex.split(said) if word.startswith("-I")]
    return named if any(os.path.exists(os.path.join(folder, "mpi.h")) for folder in named) else []


def names_mpi(path):
    with open(path) as file:
        return re.search(r"\bMPI_[A-Z]", file.read())


def sources(build):
    """{file: (folder, words of the command that compiles it)}"""
    with open(os.path.join(build, "compile_commands.json")) as file:
        rows = json.load(file)
    return {row["file"]: (row["directory"], shlex.split(row["command"])) for row in rows if names_mpi(row["file"])}


def check_only(words, include, other):
    """A command that makes nothing, with other folders of headers."""
    pairs = list(zip(words, words[1:] + [""]))
    dropped = {i for i, (word, then) in enumerate(pairs)
               if word == "-o" or (word in ("-I", "-isystem") and then in include)}
    kept = [word for i, word in enumerate(words) if i not in dropped and i - 1 not in dropped
            and not re.fullmatch(r"-c|-O\w*", word) and word[2:] not in include]
    return kept + ["-fsyntax-only"] + [word for folder in other for word in ("-isystem", folder)]


def main(build, wrapper, *include):
    rows, other = sources(build), folders(wrapper)
    if not other:
        print(f"skipped: no mpi.h of {wrapper}")
        return 77
    if not rows or set(other) & set(include):
        sys.exit(f"{len(rows)} sources of {build} name MPI; the headers of {wrapper} are in {other}")

    def compiles(file):
        folder, words = rows[file]
        done = subprocess.run(check_only(words, include, other), cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(f"{file} does not compile with the MPI of {wrapper}:\n{done.stdout}")
        return done.returncode == 0

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        return not all(list(threads.map(compiles, sorted(rows))))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
