#!/usr/bin/python3
"""Time the isolation forests of scikit-learn and isotree on rows like those of `oddlot bench forest`. Called by forest.py with
OMP_NUM_THREADS set, in a Python that has both.

  peer_forest.py PEER [key=value]...     PEER: scikit-learn, isotree; keys n, d, trees, sample, dimensions
"""
import json
import os
import resource
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
    return "isotree " + version("isotree"), forest.fit, forest.predict


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main():
    settings = dict(n=131784, d=64, trees=100, sample=256, dimensions=1)
    settings.update((word.split("=")[0], int(word.split("=")[1])) for word in sys.argv[2:])
    x = numpy.random.default_rng(0).standard_normal((settings["n"], settings["d"]), numpy.float32)
    name, fit, score = {"scikit-learn": scikit_learn, "isotree": isotree}[sys.argv[1]](settings, x)
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
