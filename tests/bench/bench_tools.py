"""What the timing scripts share: how oddlot is run, the conditions of a figure, lines of JSON."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # Debian's, which has the peers' modules
QUIET = 1.5  # load average from which on a line is marked as busy


def add_options(parser):
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/oddlot"),
                        help="the oddlot to time (default build/release/oddlot)")
    parser.add_argument("--out", help="append the lines to this file, too")
    parser.add_argument("--wait", type=float, default=0, metavar="MINUTES",
                        help=f"first wait until the load is below {QUIET}, but no longer than this")


def start(args):
    """Look whether everything is there; wait for a quiet machine where asked to."""
    if not shutil.which(args.program):
        sys.exit(f"{os.path.basename(sys.argv[0])}: no program '{args.program}'; build it or say --program")
    end = time.monotonic() + 60 * args.wait
    while os.getloadavg()[0] >= QUIET and time.monotonic() < end:
        time.sleep(5)


def cpu():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


def say(args, **fields):
    """One figure with its conditions: a line of JSON on standard output and in --out."""
    fields.update(cpu=cpu(), cpus=os.cpu_count(), load=round(os.getloadavg()[0], 2),
                  time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    line = json.dumps(fields)
    print(line, flush=True)
    if args.out:
        with open(args.out, "a") as file:
            file.write(line + "\n")


def run(words, threads=1, pin=None):
    """Standard output of a command; what it says on standard error is shown only if it fails."""
    if pin is not None:
        words = ["taskset", "-c", str(pin)] + words
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    setup = os.path.join(ROOT, ".ci/mpi.sh")
    done = subprocess.run(["bash", "-c", f'. "{setup}" && exec "$@"', "bash"] + words, env=env, text=True,
                          capture_output=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(f"{os.path.basename(sys.argv[0])}: {' '.join(words)} failed ({done.returncode})")
    return done.stdout


def oddlot(args, words, ranks=2, threads=1, pin=None):
    return run(["mpirun", "-n", str(ranks), args.program] + [str(word) for word in words], threads, pin)


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def median(values):
    return statistics.median(values)


def significant(value, digits=4):
    return float(f"{value:.{digits}g}")


def scratch():
    """A folder that goes away at the end."""
    return tempfile.TemporaryDirectory(prefix="oddlot-bench-")
