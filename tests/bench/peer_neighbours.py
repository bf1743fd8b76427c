#!/usr/bin/python3
"""Time the exact search for neighbours of FAISS (IndexFlatL2) on rows like those of `oddlot bench neighbours`. Called
by neighbours.py with OMP_NUM_THREADS set.

  peer_neighbours.py [key=value]...     keys n, d, k, queries, repeat of that case

Prints a line of JSON for every search, with the peak of products in numpy at that moment. Exit code 77: no FAISS."""
import json
import os
import resource
import sys
import time

import numpy

MISSING = 77
PEAK_ROWS = 4000


def timed(work):
    """(seconds, CPU seconds, what it gives)"""
    cpu, started = time.process_time(), time.perf_counter()
    out = work()
    return time.perf_counter() - started, time.process_time() - cpu, out


def peaks():
    """The best of a few products of matrices, all threads: Gflop for a second, and for a second of CPU time."""
    a = numpy.random.default_rng(1).standard_normal((PEAK_ROWS, PEAK_ROWS), numpy.float32)
    took = [timed(lambda: a @ a)[:2] for _ in range(4)]  # with a.T numpy would do half of it
    return [2e-9 * PEAK_ROWS**3 / min(t[i] for t in took) for i in range(2)]


def main():
    try:
        import faiss
    except ImportError as missing:
        print(missing)
        sys.exit(MISSING)
    keys = dict(n=30000, d=1280, k=64, queries=30000, repeat=3)
    keys.update((key, int(value)) for key, value in (word.split("=") for word in sys.argv[1:]))
    peak, cpu_peak = peaks()
    x = numpy.random.default_rng(0).standard_normal((keys["n"], keys["d"]), numpy.float32)
    index = faiss.IndexFlatL2(keys["d"])
    index.add(x)
    x = x[:keys["queries"]].copy()  # the index has rows of its own
    for _ in range(keys["repeat"]):
        seconds, cpu, (distance, _) = timed(lambda: index.search(x, keys["k"]))
        gflop = 2e-9 * keys["queries"] * keys["n"] * keys["d"]
        peer = f"FAISS {faiss.__version__} IndexFlatL2"
        print(json.dumps(dict(case="neighbours", peer=peer, seconds=round(seconds, 3), cpu_seconds=round(cpu, 2),
                              gflops=round(gflop / seconds, 1),
                              share_of_peak=round(gflop / seconds / peak, 3),
                              share_of_peak_cpu=round(gflop / cpu / cpu_peak, 3),
                              peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                              sum=float(distance.sum(dtype=numpy.float64)), **keys,
                              threads=int(os.environ["OMP_NUM_THREADS"]))), flush=True)


main()
