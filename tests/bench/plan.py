#!/usr/bin/python3
"""Compare what `oddlot plan` says of five jobs with what they take, stage by stage, on 1 rank x 2 threads and on 2 ranks.

  pixels      audit of a shard of thumbnails by their pixels: copies, groups, categories, checks
  backbone    audit of photographs by a pretrained network
  latent      system 1's table of trials on Fashion-MNIST, of fewer draws
  forest      system 2: a belief network and an isolation forest, of fewer epochs
  clusters    system 3: an auto-encoder and k-means, of fewer images and epochs

The plan comes first, from one process, then the run. A line for each stage has both: memory (the largest resident
size of a rank), seconds of the clock, and processor seconds, which other work on the machine lengthens less; then a
line for the job. Images: --data, a folder with fashion-products, imagenette-224.tar and models/mobilenet_v2.onnx.
"""
import argparse
import glob
import json
import os
import shutil
import tempfile

import h5py

import bench_tools as tools

FASHION = "/usr/share/datasets/fashion-mnist/t10k"
JOBS = ("pixels", "backbone", "latent", "forest", "clusters")

def words_of(args, job):
    """Words of the command, of `oddlot plan` and of the run alike."""
    def at(name):
        return os.path.join(args.data, name)

    def setting(*pairs):
        return [word for pair in pairs for word in ("--set", pair)]

    jobs = os.path.join(tools.ROOT, "jobs")
    return {
        "pixels": ["audit", at("fashion-products/shard-0.tar")] + setting("features.source=pixels", "image.size=64"),
        "backbone": ["audit", at("imagenette-224.tar")]
                    + setting("features.source=onnx", f"features.onnx.model={at('models/mobilenet_v2.onnx')}"),
        "latent": ["run", os.path.join(jobs, "latent-mixture.yaml")] + setting("experiment.seeds=3"),
        "forest": ["run", os.path.join(jobs, "deep-forest.yaml")] + setting("train.epochs=5"),
        "clusters": ["run", os.path.join(jobs, "unit-norm.yaml")]
                    + setting("train.epochs=3", f"catalogue.path=[{FASHION}-images-idx3-ubyte.gz]",
                              f"catalogue.labels=[{FASHION}-labels-idx1-ubyte.gz]"),
    }[job]


def planned(args, job, ranks, folder):
    """What the plan says; its rehearsal has all CPUs, as the run has."""
    words = words_of(args, job)[1:]
    text = tools.run([args.program, "plan"] + words + ["-o", os.path.join(folder, "run"), "-n", str(ranks), "--json",
                                                       "--seconds", str(args.seconds)], threads=args.cpus)
    return json.loads(text.splitlines()[-1])


def taken(args, job, ranks, folder):
    """What each stage took, of its file, in the order in which they were done."""
    run = os.path.join(folder, "run")
    tools.oddlot(args, words_of(args, job) + ["-o", run, "-q"], ranks=ranks, threads=args.cpus // ranks)
    stages = {}
    for path in glob.glob(os.path.join(run, "*.h5")):
        with h5py.File(path) as file:
            if "cpu_seconds" in file.attrs:
                stages[file.attrs["stage"].decode()] = {name: file.attrs[name].item() for name in (
                    "seconds", "cpu_seconds", "peak_bytes_per_rank", "bytes_read", "bytes_written")}
    shutil.rmtree(run)
    return stages


def off(told, true):
    return tools.significant(told / true - 1, 3) if true else None


def compare(args, job, ranks):
    folder = tempfile.mkdtemp(prefix="plan-", dir=args.folder)
    try:
        plan = planned(args, job, ranks, folder)
        stages = taken(args, job, ranks, folder)
    finally:
        shutil.rmtree(folder)
    conditions = dict(job=job, ranks=ranks, threads=args.cpus // ranks, images=plan["images"],
                      rehearsed=plan["rehearsed_images"], rehearsal_seconds=plan["rehearsal_seconds"])
    told, true = {"seconds": 0, "cpu_seconds": 0}, {"seconds": 0, "cpu_seconds": 0}
    peaks = [0, 0]
    for stage in plan["stages"]:
        took = stages[stage["stage"]]
        fields = dict(memory=stage["memory"], peak=took["peak_bytes_per_rank"],
                      memory_off=off(stage["memory"], took["peak_bytes_per_rank"]))
        peaks = [max(peaks[0], stage["memory"]), max(peaks[1], took["peak_bytes_per_rank"])]
        if stage["modelled"]:
            for name in told:
                told[name] += stage[name]
                true[name] += took[name]
            fields.update(planned_seconds=tools.significant(stage["seconds"]), seconds=tools.significant(took["seconds"]),
                          seconds_off=off(stage["seconds"], took["seconds"]),
                          planned_cpu=tools.significant(stage["cpu_seconds"]),
                          cpu_seconds=tools.significant(took["cpu_seconds"]),
                          cpu_off=off(stage["cpu_seconds"], took["cpu_seconds"]),
                          read_off=off(stage["read"], took["bytes_read"]),
                          written_off=off(stage["written"], took["bytes_written"]))
        tools.say(args, stage=stage["stage"], **conditions, **fields)
    tools.say(args, stage="all", **conditions, memory=peaks[0], peak=peaks[1], memory_off=off(*peaks),
              planned_seconds=tools.significant(told["seconds"]), seconds=tools.significant(true["seconds"]),
              seconds_off=off(told["seconds"], true["seconds"]), planned_cpu=tools.significant(told["cpu_seconds"]),
              cpu_seconds=tools.significant(true["cpu_seconds"]), cpu_off=off(told["cpu_seconds"], true["cpu_seconds"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tools.add_options(parser)
    parser.add_argument("--data", required=True, help="the folder with images")
    parser.add_argument("--folder", default="/tmp", help="where runs are made, and removed (default /tmp)")
    parser.add_argument("--seconds", type=float, default=8, help="of the rehearsal (default 8)")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2])
    parser.add_argument("jobs", nargs="*", default=JOBS, help=" ".join(JOBS))
    args = parser.parse_args()
    args.cpus = os.cpu_count()
    os.environ.update(OMP_WAIT_POLICY="passive", OMPI_MCA_mpi_yield_when_idle="1")  # waiting is no work
    tools.start(args)
    for job in args.jobs:
        for ranks in args.ranks:
            compare(args, job, ranks)


if __name__ == "__main__":
    main()
