#!/usr/bin/python3
"""Time scikit-learn's BernoulliRBM (persistent chains too) on rows like those of `oddlot bench rbm`. Called by rbm.py with
OMP_NUM_THREADS set.

  peer_rbm.py [key=value]...     keys n, d, k, batch, iterations
"""
import json
import os
import sys
import time

import numpy
import sklearn
from sklearn.neural_network import BernoulliRBM

s = dict(n=10000, d=784, k=256, batch=100, iterations=1)
s.update((word.split("=")[0], int(word.split("=")[1])) for word in sys.argv[1:])
rng = numpy.random.default_rng(0)
kinds = rng.random((4, s["d"])) < 0.3
x = (kinds[numpy.arange(s["n"]) % 4] != (rng.random((s["n"], s["d"])) < 0.1)).astype(numpy.float32)
rbm = BernoulliRBM(n_components=s["k"], batch_size=s["batch"], n_iter=s["iterations"], learning_rate=0.05, random_state=0)
cpu, started = time.process_time(), time.perf_counter()
rbm.fit(x)
print(json.dumps(dict(case="rbm", peer="scikit-learn " + sklearn.__version__,
                      seconds=round(time.perf_counter() - started, 6), cpu_seconds=round(time.process_time() - cpu, 6),
                      **s, threads=int(os.environ["OMP_NUM_THREADS"]))), flush=True)
