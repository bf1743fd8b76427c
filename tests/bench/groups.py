#!/usr/bin/python3
"""A planted group among a retailer's products: whether the check `group` finds it as one, and what else it says.

    groups.py ODDLOT WORK [--seed S] [--products 1900] [--planted 215] [--kind sushi] [--ranks R] [--out FILE]

$ODDLOT_PRODUCTS names tar files of products (comma between them), $ODDLOT_DISHES one of photographs by dish; features
are those that the environment leads to (ODDLOT_BACKBONE= for pixels). A line of JSON: of each finding its images, those
planted among them, and its sentence; and the seconds of the stage.
"""
import argparse, csv, json, os, random, subprocess, tarfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def take(tars, wanted, count, seed, folder, mark):
    files = [tarfile.open(p) for p in tars]
    members = [(f, m) for f in files for m in f.getmembers() if m.isfile() and wanted(m.name)]
    for f, m in random.Random(seed).sample(members, count):
        with open(os.path.join(folder, mark + os.path.basename(m.name)), "wb") as out:
            out.write(f.extractfile(m).read())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oddlot")
    parser.add_argument("work")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--products", type=int, default=1900)
    parser.add_argument("--planted", type=int, default=215)
    parser.add_argument("--kind", default="sushi")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--out", help="append the line to this file, too")
    args = parser.parse_args()
    folder, run = os.path.join(args.work, "images"), os.path.join(args.work, "run")
    os.makedirs(folder)
    take(sorted(os.environ["ODDLOT_PRODUCTS"].split(",")), lambda name: True, args.products, args.seed, folder, "p")
    take([os.environ["ODDLOT_DISHES"]], lambda name: args.kind in name, args.planted, args.seed, folder, "z")
    subprocess.run(["bash", "-c", f'. "{ROOT}/.ci/mpi.sh" && exec "$MPIRUN" -n {args.ranks} "$@"', "bash", args.oddlot,
                    "audit", folder, "-o", run, "--set", "check.checks=[group]"], check=True, stdout=subprocess.DEVNULL)
    import h5py
    with h5py.File(run + "/groups.h5") as f, h5py.File(run + "/features.h5") as g:
        fact = {name: f.attrs[name] for name in f.attrs}
        source = g.attrs["source"].decode()
    csv.field_size_limit(1 << 30)
    said = []
    for row in csv.DictReader(open(run + "/findings.csv", newline="")):
        members = [row["path"]] + (json.loads(row["others"]) if row["others"] else [])
        said.append({"images": len(members), "planted": sum(m.startswith("z") for m in members),
                     "severity": float(row["severity"]), "links": row["value"], "sentence": row["sentence"]})
    line = json.dumps({"products": args.products, "planted": args.planted, "seed": args.seed, "features": source,
                       "ranks": args.ranks, "findings": said,
                       "seconds": round(float(fact.get("seconds", "nan")), 1),
                       "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
    print(line)
    if args.out:
        with open(args.out, "a") as out:
            out.write(line + "\n")


main()
