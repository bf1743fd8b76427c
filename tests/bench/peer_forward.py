#!/usr/bin/python3
"""Time one batch of a network in what a user would pick instead of oddlot. Called by forward.py.

  peer_forward.py onnxruntime MODEL.onnx N     ONNX Runtime on the same file
  peer_forward.py torch NAME N                 PyTorch, the topology of that name in jobs/backbones/export.py
  ... --processes P --threads T --seconds S    P at once, from batch to batch together, T threads each

Prints a line of JSON: seconds of every batch, those of the slowest process, and CPU seconds of one of them. Exit
code 77: the peer is missing."""
import argparse
import json
import multiprocessing
import os
import sys
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEAST = 3  # batches that are timed
MISSING = 77


def onnxruntime_runner(path, n, threads):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = session.get_inputs()[0]
    x = numpy.random.default_rng(0).random([n, *image.shape[1:]], numpy.float32)
    return f"ONNX Runtime {onnxruntime.__version__}", lambda: session.run(None, {image.name: x})


def torch_runner(name, n, threads):
    import torch

    sys.path.insert(0, os.path.join(SOURCE, "jobs/backbones"))
    sys.dont_write_bytecode = True
    import export

    torch.set_num_threads(threads)
    backbone = export.makers(name)[0][1](1000).eval()
    size = export.TOPOLOGIES[name].size
    x = torch.rand(n, 3, size, size)

    def run():
        with torch.no_grad():
            backbone(x)

    return f"PyTorch {torch.__version__.split('+')[0]}", run


RUNNERS = {"onnxruntime": onnxruntime_runner, "torch": torch_runner}


def work(args, barrier, results):
    """One process: a batch to warm up, then batches for as long as asked, all processes at once."""
    try:
        peer, run = RUNNERS[args.peer](args.model, args.n, args.threads)
    except ImportError as missing:
        results.put((str(missing), None, None))
        return
    run()
    seconds, cpu, done = [], [], 0.0
    while len(seconds) < LEAST or done < args.seconds:
        barrier.wait()
        started, of_cpu = time.perf_counter(), time.process_time()
        run()
        cpu.append(time.process_time() - of_cpu)
        barrier.wait()
        seconds.append(time.perf_counter() - started)
        done = args.clock.value = max(args.clock.value, done + seconds[-1])  # one decision for all
        barrier.wait()
        done = args.clock.value
    results.put((peer, seconds, cpu))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("peer", choices=RUNNERS)
    ap.add_argument("model")
    ap.add_argument("n", type=int)
    ap.add_argument("--processes", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--seconds", type=float, default=3)
    args = ap.parse_args()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(args.processes), context.SimpleQueue()
    args.clock = context.Value("d", 0.0)
    processes = [context.Process(target=work, args=(args, barrier, results)) for _ in range(args.processes)]
    for process in processes:
        process.start()
    peer, seconds, cpu = results.get()
    for process in processes:
        process.join()
    if seconds is None:
        print(peer)
        sys.exit(MISSING)
    print(json.dumps({"peer": peer, "seconds": [round(value, 6) for value in seconds],
                      "cpu_seconds": [round(value, 6) for value in cpu]}))


main()
