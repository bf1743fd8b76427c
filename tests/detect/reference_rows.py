"""The 60 rows that the make_*.py scripts work on, and how they print numbers as C."""
import numpy as np

N, D = 60, 3
rng = np.random.default_rng(7)
X = np.vstack([rng.normal(size=(50, D)) @ [[1, .4, 0], [0, .8, .3], [0, 0, .6]] + [1, -2, .5],
               rng.normal(size=(10, D)) * 3 + [0, 2, 0]])
X = np.round(X, 3).astype(np.float32)
x = X.astype(float)


def show(name, a):
    a = np.ravel(a)
    kind = "int" if a.dtype.kind in "ib" else "double"
    digits = "%d" if kind == "int" else "%.9g" if a.dtype == np.float32 else "%.17g"
    print(f"static const {kind} {name}[] = {{" + ", ".join(digits % (v + 0) for v in a) + "};")
