#!/usr/bin/python3
"""Write sparse_pca_reference.h: the objective that scikit-learn's SparsePCA reaches.

Usage: /usr/bin/python3 make_sparse_pca.py > sparse_pca_reference.h   (needs python3-sklearn)
The table is that of make_pca.py; so are its integers, which C makes too.
"""
import numpy as np
import sklearn
from make_pca import table
from sklearn.decomposition import SparsePCA

print("/* Made by make_sparse_pca.py with scikit-learn %s. Do not edit. */" % sklearn.__version__)
for name, n, d, k, alpha in (("tall", 60, 12, 5, 2.0), ("wide", 40, 70, 4, 0.5), ("zeros", 60, 12, 3, 8.0)):
    x = table(n, d).astype(np.float64)
    fitted = SparsePCA(k, alpha=alpha, tol=1e-10, max_iter=2000, random_state=0).fit(x)
    print("static const double %s_objective = %.9g; /* share of zeros %.2f */" % (
        name, fitted.error_[-1], (fitted.components_ == 0).mean()))
    if name == "tall":
        print("static const double tall_score[] = {%s}; /* of the last row */" % ", ".join(
            "%.9g" % v for v in fitted.transform(x)[-1]))
