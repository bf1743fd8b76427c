"""Read what test_h5py.c wrote, with h5py: check_h5py.py FOLDER. Exit code 77: there is no h5py."""

import sys

try:
    import h5py
    import numpy as np
except ImportError:
    print("skipped: no h5py")
    sys.exit(77)

folder = sys.argv[1]
with h5py.File(folder + "/ingest.h5") as f:
    x = f["x"]
    assert x.shape == (50, 3) and x.dtype == np.float64
    rows, columns = np.mgrid[0:50, 0:3]
    assert np.array_equal(x[:], rows + columns / 1000)
    assert x.attrs["about"].decode() == "row + column / 1000"
    assert x.attrs["unit"].decode() == "steps"
    assert x.attrs["seed"] == f.attrs["seed"] == -2  # 2^64 - 2 as a signed number
    assert f.attrs["stage"].decode() == "test"
    assert f.attrs["settings"].decode() == "test:\n  a: b\n"

# One array, whatever files its rows lie in; each of them alone is a file to read as well.
with h5py.File(folder + "/split.h5") as f:
    x = f["x"]
    assert x.is_virtual and len(x.virtual_sources()) == 4
    assert np.array_equal(x[:], rows + columns / 1000)
    assert x.attrs["about"].decode() == "row + column / 1000"
with h5py.File(folder + "/split.2-of-4.h5") as f:
    assert np.array_equal(f["x"][:], (rows + columns / 1000)[13:26])

with h5py.File(folder + "/model.h5") as f:
    assert np.array_equal(f["model/theme/mean"][:], np.arange(6, dtype="f4").reshape(2, 3))
    half = f["model/half"]
    assert half.dtype == np.float16
    assert np.array_equal(half[:].view("u2"), np.arange(65536, dtype="u2"))
    assert f["model/labels"].dtype == np.dtype("S6")
    assert list(f["model/labels"][:]) == [b"shirt", b"shoes"]
    assert f["model/weight"].shape == () and f["model/weight"][()] == 0.25

# The tree leads into its neighbours.
with h5py.File(folder + "/audit.h5") as f:
    assert f["ingest/x"][7, 1] == 7.001
    assert f["provenance/ingest"].attrs["stage"].decode() == "test"
    assert sorted(f) == ["ingest", "model", "provenance"]

# What users bring: h5py's own format, with types that must be converted.
with h5py.File(folder + "/foreign.h5", "w") as f:
    f["bool"] = np.array([True, False, True])
    f["half"] = np.array([0.5, -2, 65504], "f2")
    f["big half"] = np.array([1, -1.5], ">f2")
    f["big"] = np.array([1, -2, 3], ">i4")
    f["u64"] = np.array([1, 2**64 - 1], "u8")
    f["u32"] = np.array([1, 2**32 - 1], "u4")
    f["text"] = np.array([b"ab", b"c"], "S2")
    f["words"] = ["no", "fixed", "length"]
    f.create_dataset("packed", data=np.arange(5000).reshape(100, 50), compression="gzip", shuffle=True)
    f["group/complex"] = np.array([1j])
    labels = f.create_group("labels")
    labels["variable"] = ["no", "fixed", "length", ""]
    labels["utf8"] = np.array(["sch\u00f6n", "\u9774"], h5py.string_dtype("utf-8"))
    labels["fixed"] = np.array([b"ab", b"c"], "S2")
    labels["long"] = np.array([b"x" * 400, b"x" * 400 + b"y"], "S401")
    labels["column"] = np.array([[3], [-4]], "i2")
    labels["u64"] = np.array([1, 2**64 - 1], "u8")
    labels["single"] = np.array([3, 0.1, np.nan], "f4")
    labels["double"] = np.array([-2, 0.1, 1e300], "f8")
    labels["bool"] = np.array([True, False])
    labels.create_dataset("kind", data=[7, 0, 5], dtype=h5py.enum_dtype({"cat": 7, "dog": 0}, "u2"))
    labels["endless"] = ["x" * 4097]
    labels["one hot"] = np.eye(2)
    labels["pair"] = np.array([(1, 2)], "i4,i4")
    padded = h5py.h5t.C_S1.copy()
    padded.set_size(4)
    padded.set_strpad(h5py.h5t.STR_SPACEPAD)
    fortran = h5py.h5d.create(labels.id, b"fortran", padded, h5py.h5s.create_simple((2,)))
    fortran.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"ab  ", b" c  "]), mtype=padded)
