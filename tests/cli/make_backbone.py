"""make_backbone.py OUT.onnx SEED: a small network of seeded weights, with the notes of a backbone. It takes RGB images of
16 x 16."""
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.environ["ODDLOT_SOURCE"], "jobs/backbones"))
sys.dont_write_bytecode = True
import onnx_messages as onnx  # noqa: E402

SIDE, CHANNELS = 16, 12
out, seed = sys.argv[1:]
draw = random.Random(int(seed))
shape = (CHANNELS, 3, 5, 5)
weights = struct.pack("<900f", *(draw.gauss(0, 0.2) for _ in range(900)))
nodes = [onnx.node("Conv", ["input", "weights"], "conv", kernel_shape=[5, 5], strides=[2, 2], pads=[1, 1, 2, 2]),
         onnx.node("Relu", ["conv"], "map"), onnx.node("GlobalAveragePool", ["map"], "average"),
         onnx.node("Flatten", ["average"], "pooled", axis=1)]
with open(out, "wb") as file:
    file.write(onnx.model("small", nodes, [onnx.tensor("weights", shape, weights)],
                          [onnx.value("input", ("n", 3, SIDE, SIDE))], [onnx.value("pooled", ("n", CHANNELS))]) +
               onnx.notes("a small network", {"oddlot.size": str(SIDE), "oddlot.preset": "unit"}))
