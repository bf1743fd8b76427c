#!/usr/bin/python3
"""Time the isolation forests of scikit-learn and isotree on rows like those of `oddlot bench forest`. Called by forest.py with
OMP_NUM_THREADS set, in a Python that has both.

  peer_forest.py PEER [key=value]...     PEER: scikit-learn, isotree; keys n, d, trees, sample, dimensions, active (per cent of the
  features that are 1, in sparse rows: each peer has them as it likes them best)
"""
import json
import os
import sys
import time

import numpy

THREADS = int(os.environ["OMP_NUM_THREADS"])


def scikit_learn(s, x):
    import sklearn
    from sklearn.ensemble import IsolationForest
    forest = IsolationForest(n_estimators=s["trees"], max_samples=s["sample"], n_jobs=THREADS, random_state=0)
    return "scikit-learn " + sklearn.__version__, forest.fit, forest.score_samples


def isotree(s, x):
    import isotree as package
    depth = (s["sample"] - 1).bit_length()
    forest = package.IsolationForest(ntrees=s["trees"], sample_size=s["sample"], ndim=s["dimensions"], nthreads=THREADS,
                                     max_depth=depth, missing_action="fail", standardize_data=False, random_seed=0)
    from importlib.metadata import version
    def fit(x):
        return forest.fit(x.tocsc() if s["active"] else x)
    return "isotree " + version("isotree"), fit, forest.predict


def sparse_rows(s):
    from scipy.sparse import csr_matrix, vstack
    rng = numpy.random.default_rng(0)
    parts = (min(1000, s["n"] - first) for first in range(0, s["n"], 1000))
    return vstack([csr_matrix((rng.random((n, s["d"]), numpy.float32) < s["active"] / 100).astype(numpy.float32))
                   for n in parts], "csr")


def peak():
    """The most memory that it has had since forget_peak()."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1e3


def forget_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def main():
    settings = dict(n=131784, d=64, trees=100, sample=256, dimensions=1, active=0)
    settings.update((word.split("=")[0], int(word.split("=")[1])) for word in sys.argv[2:])
    x = sparse_rows(settings) if settings["active"] else \
        numpy.random.default_rng(0).standard_normal((settings["n"], settings["d"]), numpy.float32)
    name, fit, score = {"scikit-learn": scikit_learn, "isotree": isotree}[sys.argv[1]](settings, x)
    forget_peak()
    before, cpu, started = peak(), time.process_time(), time.perf_counter()
    fit(x)
    fitted = time.perf_counter()
    found = score(x)
    ended = time.perf_counter()
    print(json.dumps(dict(case="forest", peer=name, seconds=round(ended - started, 6),
                          fit_seconds=round(fitted - started, 6), cpu_seconds=round(time.process_time() - cpu, 6),
                          megabytes_more=round(peak() - before, 1), mean_score=round(float(abs(found).mean()), 6),
                          **settings, threads=THREADS)), flush=True)


main()
