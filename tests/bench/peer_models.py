#!/usr/bin/python3
"""Time what a user would pick instead of oddlot's reductions, mixture and k-means: scikit-learn and numpy, on
rows made like those of `oddlot bench`. Called by peers.py and reductions.py with OMP_NUM_THREADS set.

  peer_models.py CASE [key=value]...     with the cases and keys of `oddlot bench --help`
"""
import json
import os
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from sklearn.random_projection import SparseRandomProjection


def latent_rows(n, d, rank=64):
    """Rows with a decaying spectrum plus noise: what features of networks look like to PCA."""
    rng = numpy.random.default_rng(0)
    basis = rng.standard_normal((rank, d), numpy.float32) / numpy.arange(1, rank + 1, dtype=numpy.float32)[:, None]
    x = rng.standard_normal((n, d), numpy.float32)
    x *= numpy.float32(0.05)
    x += rng.standard_normal((n, rank), numpy.float32) @ basis
    return x


def two_blobs(n, d, wider):
    """Standard normal rows, every fourth of them moved and `wider` per cent wider."""
    x = numpy.random.default_rng(0).standard_normal((n, d), numpy.float32)
    x[::4] = numpy.float32(1 + wider / 100) * x[::4] + numpy.float32(2 / d**0.5)
    return x


def timed(work):
    """(seconds, CPU seconds) and what the work gives."""
    started, cpu = time.perf_counter(), time.process_time()
    out = work()
    return numpy.array([time.perf_counter() - started, time.process_time() - cpu]), out


def say(case, peer, times, settings, **more):
    print(json.dumps(dict(case=case, peer=peer, seconds=round(times[0], 6), cpu_seconds=round(times[1], 6), **more,
                          **settings, threads=int(os.environ["OMP_NUM_THREADS"]))), flush=True)


def pca(settings):
    n, d, k = (settings[key] for key in ("n", "d", "k"))
    x = latent_rows(n, d)

    def covariance():
        centred = x - x.mean(0)
        return numpy.linalg.eigh(centred.T @ centred / (n - 1))[1][:, -k:]

    def randomized():
        return PCA(k, svd_solver="randomized", random_state=0).fit(x)

    for name, work in ((f"numpy {numpy.__version__} covariance and eigh", covariance),
                       (f"scikit-learn {sklearn.__version__} randomized", randomized)):
        times, _ = timed(work)
        say("pca", name, times, settings)


def rpca(settings):
    """Of rows too wide for a covariance."""
    x = latent_rows(settings["n"], settings["d"])
    times, model = timed(lambda: PCA(settings["k"], svd_solver="randomized", random_state=0).fit(x))
    say("rpca", f"scikit-learn {sklearn.__version__} randomized", times, settings,
        variance_kept=round(float(model.explained_variance_ratio_.sum()), 9))


def srp(settings):
    x = latent_rows(settings["n"], settings["d"])
    times, _ = timed(lambda: SparseRandomProjection(settings["k"], random_state=0).fit_transform(x))
    say("srp", f"scikit-learn {sklearn.__version__} SparseRandomProjection", times, settings)


def per_iteration(fit, most):
    """Times and model of all iterations; times of an iteration, free of the start."""
    one, first = timed(lambda: fit(1))
    times, model = timed(lambda: fit(most))
    steps = model.n_iter_ - first.n_iter_
    each = (times - one) / steps if steps else times / model.n_iter_
    return times, model, dict(seconds_per_iteration=round(each[0], 6), cpu_seconds_per_iteration=round(each[1], 6))


def em(settings):
    """Starts at random responsibilities, which is the cheapest start that it has."""
    x = two_blobs(settings["n"], settings["d"], settings["wider"])
    times, model, each = per_iteration(
        lambda most: GaussianMixture(2, covariance_type="full", max_iter=most, tol=0, init_params="random",
                                     random_state=0).fit(x), settings["iterations"])
    say("em", f"scikit-learn {sklearn.__version__} GaussianMixture", times, settings,
        **each, iterations_done=model.n_iter_)


def kmeans(settings):
    """Starts at random rows."""
    x = two_blobs(settings["n"], settings["d"], settings["wider"])
    times, model, each = per_iteration(
        lambda most: KMeans(settings["k"], init="random", n_init=1, max_iter=most, tol=0, algorithm="lloyd",
                            random_state=0).fit(x), settings["iterations"])
    say("kmeans", f"scikit-learn {sklearn.__version__} KMeans", times, settings, inertia=float(model.inertia_),
        **each, iterations_done=model.n_iter_)


def starts(settings):
    x = two_blobs(settings["n"], settings["d"], settings["wider"])
    times, _ = timed(lambda: kmeans_plusplus(x, settings["k"], random_state=0))
    say("starts", f"scikit-learn {sklearn.__version__} kmeans_plusplus", times, settings)


CASES = dict(pca=pca, rpca=rpca, srp=srp, em=em, kmeans=kmeans, starts=starts)

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in CASES:
        sys.exit(__doc__)
    warnings.filterwarnings("ignore")  # that it has not converged
    CASES[sys.argv[1]]({key: int(value) for key, value in (word.split("=") for word in sys.argv[2:])})
