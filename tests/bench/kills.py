#!/usr/bin/python3
"""Runs that are killed anywhere and go on: small audits on 1 to 4 ranks, SIGKILL at a moment or a marked point drawn
by the seed, then the folder must be readable and the same command, on as many ranks or on others, must end with the
result of the run that nobody disturbed.

One JSON line a trial: what ran (kind, ranks), how it was killed and where that was, what was wrong ("wrong": [] where
all is well). Results are SHA-256 of flagged.csv, findings.csv and of all datasets of the stage files.

Needs Debian's python3-h5py, python3-numpy and python3-pil, and its dataset-fashion-mnist.
"""
import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import h5py

import bench_tools as tools

CLI = os.path.join(tools.ROOT, "tests/cli")
LIMIT = 300  # seconds: a run that takes longer hangs
OVERVIEW = {"audit.h5"}  # links to the others

COMMON = """
catalogue: {path: shop, label_from: folder}
image: {size: 28, channels: gray}
report: {top: 6}
checkpoint: 0  # each pass is kept at once
"""
# Each stage is in some of them, and so is each way to learn in stages that have several.
KINDS = {
    "damage": COMMON + """
train: {task: damage, network: [conv 8 5x5 stride 2, relu, dense 1], epochs: 3, batch: 64, shards: 4, folds: 2}
features: {source: pixels, pixels: {side: 14}}
reduce: {pca: {components: 8}}
fit: {detector: core}
views: {use: [layout, measured]}
check: {checks: all}
""",
    "belief": COMMON + """
train: {task: belief, network: [dense 48, sigmoid, dense 16, sigmoid], epochs: 3, batch: 50}
features: {source: trained}
reduce: {method: none}
fit: {detector: forest, forest: {trees: 50}}
check: {checks: [duplicate, group, unreadable]}
""",
    "codes": COMMON + """
train: {task: autoencoder, network: [dense 64, relu, dense 8, l2_norm], epochs: 4, batch: 64, shards: 4}
features: {source: trained}
reduce: {method: none}
fit: {detector: kmeans, kmeans: {clusters: 6}}
check: {checks: [category, doubled_category]}
""",
    "mixture": COMMON + """
features: {source: pixels}
reduce: {pca: {solver: gram, components: 12}}
fit: {detector: mixture}
check: {checks: all}
""",
    "sparse": COMMON + """
features: {source: pixels, pixels: {side: 14}}
reduce: {method: sparse_pca, sparse_pca: {components: 6}}
fit: {detector: knn}
views: {use: [layout]}
check: {checks: [duplicate, odd]}
""",
}
# Marked points of the program (par/fault.h), and up to which of its passes.
POINTS = {"store.write": 120, "store.create": 12, "store.publish": 12, "checkpoint.write": 40, "journal.write": 30,
          "journal.settle": 30, "ingest.batch": 2,
          "features.batch": 2, "train.step": 40, "reduce.apply": 1, "detect.iteration": 12, "eigh.allocate": 1,
          "treesum.memory": 200}


def parse():
    example = f"Example: {os.path.basename(sys.argv[0])} --trials 20 --seed 3"
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog=example)
    ap.add_argument("--trials", type=int, default=20)
    ap.add_argument("--first", type=int, default=0, help="number of the first trial (default 0)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--images", type=int, default=240)
    ap.add_argument("--pause", type=float, default=0, help="seconds between two trials (default 0)")
    ap.add_argument("--keep", action="store_true", help="keep the folders of trials that went wrong")
    tools.add_options(ap)
    return ap.parse_args()


def environment(**more):
    env = dict(os.environ, OMP_NUM_THREADS="1", OMPI_MCA_mpi_yield_when_idle="1")
    env.pop("ODD_FAULT", None)
    env.update(more)
    return env


def start(args, ranks, words, log, **more):
    command = ["bash", "-c", f'. "{tools.ROOT}/.ci/mpi.sh"; exec "$MPIRUN" -n {ranks} "$@"', "bash", args.program] + words
    return subprocess.Popen(command, env=environment(**more), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            start_new_session=True)


def below(pid):
    """Process ids of all that a process started, and what these are called."""
    out = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True).stdout
    children, found, todo = {}, [], [pid]
    for line in out.splitlines():
        child, parent, name = line.split(None, 2)
        children.setdefault(int(parent), []).append((int(child), name))
    while todo:
        for child, name in children.get(todo.pop(), []):
            found.append((child, name))
            todo.append(child)
    return found


def strike(job, whom, draw):
    """SIGKILL one rank or all of them; which, or None where there was none any more."""
    ranks = sorted(pid for pid, name in below(job.pid) if name.startswith("oddlot"))
    if not ranks:
        return None
    for pid in ranks if whom == "all" else [draw.choice(ranks)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return whom


def wait(job, limit=LIMIT):
    try:
        return job.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)  # its own session: of this run alone
        job.wait()
        return None


def last_stage(path):
    with open(path, errors="replace") as file:
        found = re.findall(r"^\[[^]]*\] (\w+) +\S.*$", file.read(), re.M)
    return found[-1] if found else ""


def stage_files(run):
    return sorted(name for name in os.listdir(run) if name.endswith(".h5") and name not in OVERVIEW)


def digest_h5(path):
    total = hashlib.sha256()

    def add(name, thing):
        if isinstance(thing, h5py.Dataset):
            value = thing[()]
            total.update(f"{name} {thing.dtype} {thing.shape}".encode())
            total.update(value.tobytes() if hasattr(value, "tobytes") else bytes(value))

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return total.hexdigest()


def digest(run):
    found = {}
    for name in ("flagged.csv", "findings.csv"):
        path = os.path.join(run, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
    for name in stage_files(run):
        found[name] = digest_h5(os.path.join(run, name))
    return found


def listing(run):
    return sorted(os.path.relpath(os.path.join(folder, name), run)
                  for folder, _, names in os.walk(run) for name in names)


def readable(args, run):
    """What is wrong with a folder that a killed run left."""
    wrong = []
    if not os.path.isdir(run):
        return wrong
    for name in stage_files(run):
        try:
            digest_h5(os.path.join(run, name))
        except Exception as reason:  # whatever h5py makes of it
            wrong.append(f"{name}: {reason}")
    done = subprocess.run([args.program, "info", run, "--verify"], env=environment(), capture_output=True, text=True)
    if done.returncode != 0 and not (done.returncode == 2 and not stage_files(run)):
        wrong.append(f"info --verify: {done.returncode} {(done.stdout + done.stderr).strip()[-300:]}")
    return wrong


def plan(args, number, calm):
    """What trial `number` does; the same for the same seed, whatever trials come before."""
    draw = random.Random(f"{args.seed}/{number}")
    kind = list(KINDS)[number % len(KINDS)]
    kills = []
    for _ in range(2 if draw.random() < 0.25 else 1):
        ranks = draw.randint(1, 4)
        if draw.random() < 0.4:
            point = draw.choice(list(POINTS))
            after = int(draw.random() ** 2 * POINTS[point])
            kills.append({"ranks": ranks, "fault": f"{point}:rank={draw.randrange(ranks)}:after={after}:kill"})
        else:
            stage = draw.choice(calm[kind]["stages"])[0] if draw.random() < 0.7 else ""  # "": anywhere in the run
            kills.append({"ranks": ranks, "in": stage, "share": round(draw.random(), 4),
                          "whom": draw.choice(["one", "all"])})
    again = kills[0]["ranks"] if draw.random() < 0.4 else draw.randint(1, 4)
    return kind, kills, again, draw


def stage_times(path):
    """(stage, seconds) of a log, from the line that begins a stage to the one that ends it."""
    begun, times = {}, []
    with open(path, errors="replace") as file:
        for line in file:
            found = re.match(r"\[ *([\d.]+) s\] (\w+) +(\S+)", line)
            if found and found[3] == "done" and found[2] in begun:
                times.append((found[2], float(found[1]) - begun[found[2]]))
            elif found:
                begun.setdefault(found[2], float(found[1]))
    return times


def wait_for_stage(job, stage, path):
    """Until the log says that the stage begins, or the run is over."""
    mark = re.compile(rf"^\[ *[\d.]+ s\] {stage} ", re.M)
    while job.poll() is None:
        with open(path, errors="replace") as log:
            if mark.search(log.read()):
                return
        time.sleep(0.01)


def kill_once(args, kind, kill, run, work, calm, draw):
    path = os.path.join(work, "killed.log")
    with open(path, "w") as log:
        more = {"ODD_FAULT": kill["fault"]} if "fault" in kill else {}
        job = start(args, kill["ranks"], ["run", os.path.join(work, kind + ".yaml"), "-o", run], log, **more)
        if "share" in kill:
            stage = kill["in"]
            kill["after"] = round(kill["share"] * (dict(calm["stages"])[stage] if stage else calm["seconds"]), 3)
            if stage:
                wait_for_stage(job, stage, path)
            try:
                job.wait(kill["after"])
            except subprocess.TimeoutExpired:
                kill["struck"] = strike(job, kill["whom"], draw)
        kill["exit"] = wait(job)
    kill["stage"] = last_stage(path)
    return [] if kill["exit"] is not None else ["the other ranks hang"]


def compare(run, calm):
    found, wrong = digest(run), []
    for name in sorted(set(found) | set(calm["digest"])):
        if found.get(name) != calm["digest"].get(name):
            wrong.append(f"{name} differs")
    left = sorted(set(listing(run)) ^ set(calm["listing"]))
    if left:
        wrong.append(f"other files: {' '.join(left)}")
    return wrong


def trial(args, number, work, calm):
    kind, kills, again, draw = plan(args, number, calm)
    run = os.path.join(work, f"trial-{number}")
    shutil.rmtree(run, ignore_errors=True)
    wrong = []
    for kill in kills:
        wrong += kill_once(args, kind, kill, run, work, calm[kind], draw)
        wrong += readable(args, run)
    begun = time.monotonic()
    path = os.path.join(work, "again.log")
    with open(path, "w") as log:
        code = wait(start(args, again, ["run", os.path.join(work, kind + ".yaml"), "-o", run], log))
    seconds = time.monotonic() - begun
    if code != 0:
        with open(path, errors="replace") as log:
            wrong.append(f"the run again ended {code}: {log.read()[-400:]}")
    else:
        wrong += compare(run, calm[kind])
    tools.say(args, case="kills", seed=args.seed, trial=number, kind=kind, images=args.images, kills=kills,
              again_on=again, again_seconds=round(seconds, 2), wrong=wrong)
    if not (wrong and args.keep):
        shutil.rmtree(run, ignore_errors=True)
    return not wrong


def make_shop(args, work):
    """Clothes in folders by their kind; some pictures twice, one file that is none."""
    shop = os.path.join(work, "shop")
    subprocess.run([tools.PYTHON, os.path.join(CLI, "make_images.py"), "png", shop, str(args.images)], check=True)
    names = listing(shop)
    for i in range(4):
        source = os.path.join(shop, names[i * 17])
        shutil.copy(source, source[:-4] + "-again.png")
    with open(os.path.join(shop, os.path.dirname(names[0]), "broken.png"), "w") as file:
        file.write("no picture\n")
    for kind, text in KINDS.items():
        with open(os.path.join(work, kind + ".yaml"), "w") as file:
            file.write(f"name: {kind}\n" + text.replace("path: shop", f"path: {shop}"))


def calm_run(args, kind, work):
    run = os.path.join(work, "calm-" + kind)
    with open(os.path.join(work, "calm.log"), "w") as log:
        begun = time.monotonic()
        code = wait(start(args, 2, ["run", os.path.join(work, kind + ".yaml"), "-o", run], log))
        seconds = time.monotonic() - begun
    if code != 0:
        with open(os.path.join(work, "calm.log")) as log:
            sys.exit(f"kills.py: the undisturbed run of '{kind}' ended {code}: {log.read()[-600:]}")
    return {"seconds": seconds, "digest": digest(run), "listing": listing(run),
            "stages": stage_times(os.path.join(work, "calm.log"))}


def main():
    args = parse()
    tools.start(args)
    args.program = os.path.abspath(args.program)
    with tools.scratch() as work:
        make_shop(args, work)
        calm = {kind: calm_run(args, kind, work) for kind in KINDS}
        bad = 0
        for number in range(args.first, args.first + args.trials):
            bad += not trial(args, number, work, calm)
            time.sleep(args.pause)
        if bad and args.keep:
            kept = f"{work}-kept"
            shutil.copytree(work, kept)
            print(f"kept in {kept}", file=sys.stderr)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
