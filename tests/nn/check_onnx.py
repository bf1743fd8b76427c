#!/usr/bin/python3
"""Checks ONNX files by the ONNX project's checker, its shape inference included."""
import sys

import onnx
from onnx import checker, shape_inference

for path in sys.argv[1:]:
    model = onnx.load(path)
    opset = [o.version for o in model.opset_import]
    if (model.producer_name, model.ir_version, opset) not in (('oddlot', 8, [17]), ('oddlot', 9, [20])):
        sys.exit(f'{path}: producer, IR version or opset')
    if opset[0] > onnx.defs.onnx_opset_version():
        continue # newer than the checker
    checker.check_model(model, full_check=True)
    told = {o.name: o.type.tensor_type.shape for o in model.graph.output}
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for output in bare.graph.output: # so that what it infers is its own
        output.type.tensor_type.ClearField('shape')
    inferred = shape_inference.infer_shapes(bare, strict_mode=True, data_prop=True)
    for output in inferred.graph.output:
        shape = output.type.tensor_type.shape
        for mine, theirs in zip(told[output.name].dim, shape.dim):
            if theirs.dim_value and mine.dim_value != theirs.dim_value:
                sys.exit(f'{path}: {output.name} is {told[output.name]}, inferred {shape}')
        if shape.dim and len(shape.dim) != len(told[output.name].dim):
            sys.exit(f'{path}: {output.name} has another rank')
