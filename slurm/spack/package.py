"""Package for Spack. In a repository of your own:

    spack repo create site && mkdir site/packages/oddlot && cp package.py site/packages/oddlot/
    spack repo add site && spack install oddlot ^openmpi

Its grammar was checked, but it was not run, as no Spack was at hand. Spack has no package of libcsv (a hundred lines of C,
https://sourceforge.net/projects/libcsv): `spack create` one, or name Debian's or yours as external in packages.yaml."""
from spack.package import *


class Oddlot(CMakePackage):
    """Finds the odd images in a catalogue: damaged, mislabelled, irrelevant, or unlike the rest. Runs on MPI clusters."""

    # Set `git` to where you have the sources, or build a working copy: spack dev-build oddlot@main
    version("main", branch="main")

    variant("networks", default=True, description="ONNX networks, auto-encoders and their training, by oneDNN")
    variant("vips", default=True, description="TIFF, GIF, HEIC, AVIF and ICC profiles, by libvips")

    depends_on("c", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5@1.10:+mpi")
    depends_on("blas")
    depends_on("lapack")
    depends_on("scalapack")
    depends_on("zlib-api")
    depends_on("libyaml")
    depends_on("xxhash")
    depends_on("libarchive")
    depends_on("libcsv")
    depends_on("libjpeg-turbo")
    depends_on("libpng")
    depends_on("libwebp")
    depends_on("libvips", when="+vips")
    with when("+networks"):
        depends_on("onednn@2.6:3 cpu_runtime=omp")
        depends_on("protobuf-c")
        depends_on("onnx", type="build")  # for onnx.proto

    def cmake_args(self):
        return [
            self.define("ODDLOT_TESTS", False),
            self.define("ODDLOT_VIPS", "ON" if self.spec.satisfies("+vips") else "OFF"),
            self.define("ODDLOT_NETWORKS", "ON" if self.spec.satisfies("+networks") else "OFF"),
        ]
