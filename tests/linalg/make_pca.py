#!/usr/bin/python3
"""Write pca_reference.h: what scikit-learn's full-SVD PCA makes of two small tables.

Usage: /usr/bin/python3 make_pca.py > pca_reference.h   (needs python3-sklearn)
The tables come from integer arithmetic, so that C makes the same ones: see reference_value().
"""
import numpy as np
import sklearn
from sklearn.decomposition import PCA


def table(n, d):
    i, j = np.meshgrid(np.arange(n), np.arange(d), indexing="ij")
    whole = (i * 37 + j * 101 + (i * j) % 17 * 13) % 64
    return (whole / (8.0 * (1 + j))).astype(np.float32)


def numbers(name, a):
    flat = ", ".join("%.15g" % v for v in np.ravel(a))
    return "static const double %s[] = {%s};" % (name, flat)


def oriented(axes):
    largest = np.abs(axes).max(axis=1, keepdims=True)
    first = (np.abs(axes) >= largest * (1 - 1e-9)).argmax(axis=1)
    return axes * np.sign(axes[np.arange(len(axes)), first])[:, None]


def reference(name, n, d, k):
    x = table(n, d).astype(np.float64)
    pca = PCA(k, svd_solver="full").fit(x)
    axes = oriented(pca.components_)
    score = (x - pca.mean_) @ axes.T
    residual = np.linalg.norm(x - pca.mean_ - score @ axes, axis=1)
    print("\n/* %s: %d rows of %d features, %d axes; scores and residual of the last row. */" % (name, n, d, k))
    print(numbers(name + "_value", pca.explained_variance_))
    print(numbers(name + "_total", [x.var(axis=0, ddof=1).sum()]))
    print(numbers(name + "_axes", axes[:2]))
    print(numbers(name + "_score", score[-1]))
    print(numbers(name + "_residual", residual[-1:]))


if __name__ == "__main__":
    print("/* Made by make_pca.py with scikit-learn %s. Do not edit. */" % sklearn.__version__)
    print("/* clang-format off */")
    reference("tall", 60, 12, 5)
    reference("wide", 10, 30, 4)
