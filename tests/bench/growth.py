#!/usr/bin/python3
"""What an audit by several views costs as a catalogue grows: time, CPU time and memory of each stage, of rows of 1,280
features.

  growth.py [--rows 10000,30000,131784] [--ranks 2] [--folder FOLDER]

Rows are made here and stored (`features.source: stored`): fifty dense kinds, of unit length, a hundredth of them
strangers; the images beside them are generated, 16 x 16, for layout and measures. Each stage is a process of its own,
so that its peak of memory is its own. A line of JSON for each stage and number of rows, and one for all."""
import argparse
import os
import time

import h5py
import numpy as np

import bench_tools as tools

WIDTH, KINDS, DIRECTIONS = 1280, 50, 24
JOB = """name: growth
catalogue: {{kind: generated, pattern: binary, images: {rows}, side: 16}}
image: {{size: 16, channels: gray}}
features: {{source: stored, stored: {{rows: rows.npy}}}}
reduce: {{pca: {{components: 40}}}}
fit: {{detector: core}}
views: {{use: [all]}}
check: {{checks: [group, odd]}}
copies: {{near: false}}
report: {{top: 50}}
"""
STAGES = ["ingest", "features", "copies", "reduce", "fit", "views", "groups", "score", "check", "evaluate", "report"]


def write_rows(path, count, seed=1):
    """float16 rows of kinds that each vary in a few directions."""
    rng = np.random.default_rng(seed)
    kinds = rng.standard_normal((KINDS, WIDTH)).astype(np.float32)
    along = rng.standard_normal((KINDS, DIRECTIONS, WIDTH)).astype(np.float32) / np.sqrt(DIRECTIONS)
    out = np.lib.format.open_memmap(path, "w+", np.float16, (count, WIDTH))
    for first in range(0, count, 4096):
        few = min(4096, count - first)
        kind, weight = rng.integers(KINDS, size=few), rng.standard_normal((few, DIRECTIONS)).astype(np.float32)
        x = kinds[kind] + np.einsum("ij,ijk->ik", weight, along[kind]) + 0.3 * rng.standard_normal((few, WIDTH))
        odd = rng.random(few) < 0.01
        x[odd] = rng.standard_normal((odd.sum(), WIDTH))
        out[first:first + few] = x / np.linalg.norm(x, axis=1, keepdims=True)
    out.flush()


def run_stage(args, stage, job, run):
    started = time.monotonic()
    before = os.times()
    tools.oddlot(args, [stage, job, "-o", run], ranks=args.ranks)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    names = dict(fit="model", score="scores", check="findings")
    peak = None
    if stage != "report":
        with h5py.File(os.path.join(run, names.get(stage, stage) + ".h5")) as file:
            peak = int(file.attrs["peak_bytes_per_rank"])
    return time.monotonic() - started, cpu, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="10000,30000,131784", type=lambda s: [int(n) for n in s.split(",")])
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--folder", help="where rows and runs go and stay (default: one that goes away)")
    tools.add_options(parser)
    args = parser.parse_args()
    tools.start(args)
    with tools.scratch() as scratch:
        for count in args.rows:
            home = os.path.join(os.path.abspath(args.folder or scratch), str(count))
            os.makedirs(home, exist_ok=True)
            write_rows(os.path.join(home, "rows.npy"), count)
            job = os.path.join(home, "job.yaml")
            with open(job, "w") as file:
                file.write(JOB.format(rows=count))
            total = [0, 0]
            for stage in STAGES:
                seconds, cpu, peak = run_stage(args, stage, job, os.path.join(home, "run"))
                total = [total[0] + seconds, total[1] + cpu]
                tools.say(args, case="growth", rows=count, stage=stage, ranks=args.ranks, seconds=round(seconds, 2),
                          cpu_seconds=round(cpu, 2), peak_bytes_per_rank=peak)
            tools.say(args, case="growth", rows=count, stage="all", ranks=args.ranks, seconds=round(total[0], 1),
                      cpu_seconds=round(total[1], 1))


if __name__ == "__main__":
    main()
