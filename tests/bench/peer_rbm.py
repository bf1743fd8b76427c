#!/usr/bin/python3
"""Time scikit-learn's BernoulliRBM (persistent chains too) on rows like those of `oddlot bench rbm`. Called by rbm.py with
OMP_NUM_THREADS set.

  peer_rbm.py [key=value]...     keys n, d, k, batch, iterations, bits (of its floating point: 32, 64)

Says also how fast this machine multiplies two matrices of float32 (sgemm_gflops, of CPU time), and how long the five
products of every step would take at that rate (products_seconds).
"""
import json
import os
import sys
import time

import numpy
import sklearn
from sklearn.neural_network import BernoulliRBM

s = dict(n=10000, d=784, k=256, batch=100, iterations=1, bits=32)
s.update((word.split("=")[0], int(word.split("=")[1])) for word in sys.argv[1:])
rng = numpy.random.default_rng(0)
kinds = rng.random((4, s["d"])) < 0.3
x = (kinds[numpy.arange(s["n"]) % 4] != (rng.random((s["n"], s["d"])) < 0.1)).astype(f"float{s['bits']}")
rbm = BernoulliRBM(n_components=s["k"], batch_size=s["batch"], n_iter=s["iterations"], learning_rate=0.05, random_state=0)
cpu, started = time.process_time(), time.perf_counter()
rbm.fit(x)
took = dict(seconds=round(time.perf_counter() - started, 6), cpu_seconds=round(time.process_time() - cpu, 6))


def gflops(side=1536):
    a = rng.random((side, side), numpy.float32)
    times = []
    for _ in range(5):
        began = time.process_time()
        a @ a
        times.append(time.process_time() - began)
    return 2e-9 * side ** 3 / min(times)


rate = gflops()
print(json.dumps(dict(case="rbm", peer="scikit-learn " + sklearn.__version__,
                      **took, sgemm_gflops=round(rate, 1),
                      products_seconds=round(1e-9 * 10 * s["iterations"] * s["n"] * s["d"] * s["k"] / rate, 4),
                      **s, threads=int(os.environ["OMP_NUM_THREADS"]))), flush=True)
