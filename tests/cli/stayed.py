#!/usr/bin/python3
"""Are the weights of a network's hidden layers those of the network that it began with? stayed.py START RUN"""
import sys

import onnx
from onnx import numpy_helper


def weights(run):
    """Of fold-1.onnx, layer after layer, without the last one."""
    model = onnx.load(f"{run}/networks/fold-1.onnx")
    value = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    layers = [[value[i] for i in node.input if i in value] for node in model.graph.node]
    return [w for layer in layers if layer for w in layer][:-2]


a, b = weights(sys.argv[1]), weights(sys.argv[2])
same = [x.shape == y.shape and (x == y).all() for x, y in zip(a, b)]
sys.exit(0 if len(same) == len(a) == 4 and all(same) else 1)
