#!/usr/bin/python3
"""Make tests/image/data/tar: the kinds of tar headers there are, by Python's tarfile and GNU tar,
and in offsets.tsv where Python's tarfile finds the data of each member (shard, offset, size, key,
name). Byte j of the data of a member is (31 * key + j) % 256."""
import io
import os
import subprocess
import tarfile
import tempfile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "tar")
SIZES = [1, 511, 512, 513, 1300, 0]
SHORT = ["a.jpg", "./b.jpg", "in/c.jpg", "in/deep/d.jpg", "e f.jpg", "empty.jpg"]
PREFIX = ["p" * 90 + "/" + "q" * 90 + ".jpg"]                # ustar splits it, v7 cannot
LONG = PREFIX + ["é/" + "x" * 180 + "/" + "ü" * 60 + ".jpg"]  # needs an extension header


def data(key, size):
    return bytes((31 * key + j) % 256 for j in range(size))


def by_python(name, form, names):
    with tarfile.open(os.path.join(OUT, name), "w", format=form, encoding="utf-8") as tar:
        for key, member in enumerate(names):
            info = tarfile.TarInfo(member)
            info.size = SIZES[key % len(SIZES)]
            info.mtime = 1.5 if form == tarfile.PAX_FORMAT else 1  # a fraction needs a pax header
            tar.addfile(info, io.BytesIO(data(key, info.size)))
        for member, kind, target in (("in", tarfile.DIRTYPE, ""),
                                     ("soft.jpg", tarfile.SYMTYPE, "a.jpg"),
                                     ("pipe.jpg", tarfile.FIFOTYPE, ""),
                                     ("hard.jpg", tarfile.LNKTYPE, "./b.jpg"),
                                     ("early.jpg", tarfile.LNKTYPE, "late.jpg")):
            info = tarfile.TarInfo(member)
            info.type, info.linkname = kind, target
            tar.addfile(info)
        info = tarfile.TarInfo("late.jpg")
        info.size = 4
        tar.addfile(info, io.BytesIO(data(len(names), 4)))


def by_gnu_tar(name, names, *options):
    with tempfile.TemporaryDirectory() as folder:
        for key, member in enumerate(names):
            path = os.path.join(folder, member)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data(key, SIZES[key % len(SIZES)]))
        subprocess.run(["tar", "-C", folder, "-cf", os.path.join(OUT, name), "--mtime=@1",
                        "--owner=0", "--group=0", "--mode=644", *options, *names], check=True)


def sparse(name, *options):
    """A plain file, one that is a hole with data after it, one that is only a hole."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "plain.jpg"), "wb") as file:
            file.write(data(0, 700))
        with open(os.path.join(folder, "hole.jpg"), "wb") as file:
            file.seek(1 << 20)
            file.write(data(1, 5000))
        with open(os.path.join(folder, "nothing.jpg"), "wb") as file:
            file.truncate(1 << 20)
        with open(os.path.join(folder, "zlast.jpg"), "wb") as file:
            file.write(data(3, 5))
        subprocess.run(["tar", "-C", folder, "-cf", os.path.join(OUT, name), "--sparse",
                        "--mtime=@1", "--owner=0", "--group=0", "--mode=644", *options,
                        "plain.jpg", "hole.jpg", "nothing.jpg", "zlast.jpg"], check=True)


def main():
    os.makedirs(OUT, exist_ok=True)
    by_python("ustar.tar", tarfile.USTAR_FORMAT, SHORT + PREFIX)
    by_python("gnu.tar", tarfile.GNU_FORMAT, SHORT + LONG)
    by_python("pax.tar", tarfile.PAX_FORMAT, SHORT + LONG)
    by_gnu_tar("v7.tar", SHORT, "--format=v7")
    by_gnu_tar("oldgnu.tar", SHORT + LONG, "--format=oldgnu")
    by_gnu_tar("posix.tar", SHORT + LONG, "--format=posix",
               "--pax-option=exthdr.name=%d/pax/%f,delete=atime,delete=ctime")
    sparse("sparse-gnu.tar", "--format=gnu")
    for version in ("0.0", "0.1", "1.0"):
        sparse(f"sparse-pax-{version}.tar", "--format=posix", f"--sparse-version={version}",
               "--pax-option=exthdr.name=%d/pax/%f,delete=atime,delete=ctime")
    with open(os.path.join(OUT, "offsets.tsv"), "w", encoding="utf-8") as table:
        for shard in sorted(os.listdir(OUT)):
            if not shard.endswith(".tar") or shard.startswith("sparse"):
                continue
            with tarfile.open(os.path.join(OUT, shard), encoding="utf-8") as tar:
                files = [m for m in tar if m.isreg()]
                for key, m in enumerate(files):
                    table.write(f"{shard}\t{m.offset_data}\t{m.size}\t{key}\t{m.name}\n")


main()
