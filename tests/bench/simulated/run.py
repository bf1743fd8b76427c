#!/usr/bin/python3
"""Simulates the messages of oddlot on a cluster that is described, by SimGrid's SMPI, and compares with the model of
`oddlot plan` (src/par/exchange_cost.c): lines of JSON on stdout.

usage: run.py [--ranks 2,4,...] [--patterns em,kmeans,gradient,sort,gather,ring] [--rows N] [--work SECONDS]
              [--latency SECONDS] [--bandwidth BYTES] [--collectives mpich|ompi]

Needs the package libsimgrid-dev (smpicc, smpirun). Every rank is a node of its own, on a link of that bandwidth into a
switch that is never full; a message from node to node has that latency. Collective calls take the ways that MPICH chooses, or those that SimGrid
says Open MPI does: --collectives ompi."""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
PLATFORM = """<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="cluster" prefix="node-" suffix="" radical="0-{last}" speed="1Gf" bw="{bandwidth}Bps" lat="{half}s"/>
</platform>
"""
# The factors that SMPI has for Gigabit Ethernet and TCP are none here.
SETTINGS = ("smpi/simulate-computation:no", "smpi/privatization:no", "smpi/bw-factor:0:1", "smpi/lat-factor:0:1",
            "network/TCP-gamma:0", "network/weight-S:0", "network/crosstraffic:no", "smpi/async-small-thresh:65536",
            "contexts/stack-size:512")


def build(folder):
    """Of src/base and src/par as they are, with the mpi.h of SMPI. -> the program"""
    program = folder / "patterns"
    sources = [p for room in ("base", "par") for p in sorted((TREE / "src" / room).glob("*.c")) if p.name != "mpi_meter.c"]
    common = ["-O2", "-std=gnu11", "-D_GNU_SOURCE", '-DODD_VERSION="simulated"', "-fopenmp", "-fPIC", f"-I{TREE}/include",
              f"-I{TREE}/src"]
    # what it puts before each source replaces functions of the C library: that is not for them
    subprocess.run(["cc", *common, "-I/usr/include/smpi", "-c", *sources], check=True, cwd=folder)
    objects = sorted(folder.glob("*.o"))
    subprocess.run(["smpicc", *common, "-o", program, Path(__file__).parent / "patterns.c", *objects, "-lyaml", "-lxxhash",
                    "-lm"], check=True)
    return program


def simulate(program, folder, pattern, ranks, o):
    platform, hosts = folder / "platform.xml", folder / "hosts"
    platform.write_text(PLATFORM.format(last=ranks - 1, bandwidth=o.bandwidth, half=o.latency / 2))
    hosts.write_text("".join(f"node-{i}\n" for i in range(ranks)))
    command = ["smpirun", "-np", str(ranks), "-platform", platform, "-hostfile", hosts,
               *(f"--cfg={s}" for s in SETTINGS), f"--cfg=smpi/coll-selector:{o.collectives}", "--log=root.threshold:error", program, pattern,
               str(o.rows), str(o.work), str(o.latency), str(o.bandwidth)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=o.limit)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) != 1:
        sys.exit(f"{pattern} on {ranks} ranks: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    found = {**json.loads(lines[0]), "collectives": o.collectives, "latency": o.latency, "bandwidth": o.bandwidth}
    found["error"] = round(found["model_seconds"] / found["simulated_seconds"] - 1, 4)
    return found


def main():
    words = argparse.ArgumentParser(usage=__doc__)
    words.add_argument("--ranks", default="2,4,8,16,32,64,128,256,512,1024")
    words.add_argument("--patterns", default="em,kmeans,gradient,sort,gather,ring")
    words.add_argument("--rows", type=int, default=131784)
    words.add_argument("--work", type=float, default=0.0)
    words.add_argument("--latency", type=float, default=1.5e-6)
    words.add_argument("--bandwidth", type=float, default=12.5e9)
    words.add_argument("--collectives", default="mpich", choices=("mpich", "ompi"))
    words.add_argument("--limit", type=float, default=600, help="seconds for each simulation")
    o = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        program = build(Path(scratch))
        for pattern in o.patterns.split(","):
            for ranks in o.ranks.split(","):
                print(json.dumps(simulate(program, Path(scratch), pattern, int(ranks), o)), flush=True)


main()
