#!/usr/bin/python3
"""Makes onnx_models.h: small ONNX models of many opsets with what they must give, and broken ones
with what must be said about them. Outputs are calculated by PyTorch or numpy, not by us.

    tests/nn/make_onnx.py > tests/nn/onnx_models.h    (Debian: python3-onnx python3-torch)
"""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(7)
models, broken = [], []


def weight(*shape, scale=0.5):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def image(n, *shape):
    """The values that tests give to the network: sin of the index."""
    return np.sin(np.arange(n * np.prod(shape)) * 0.7).astype(np.float32).reshape(n, *shape)


def node(op, inputs, outputs, name=None, **attributes):
    return helper.make_node(op, inputs, outputs, name=name or outputs[0], **attributes)


def const(name, array):
    array = np.asarray(array)
    return numpy_helper.from_array(array, name)


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(name, shape, nodes, weights, opset=13, outputs=('y',), batch='N', kind=TensorProto.FLOAT):
    graph = helper.make_graph(nodes, name, [value('x', [batch, *shape], kind)],
                              [value(o, None) for o in outputs], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=7)


def good(name, shape, nodes, weights, expected, change=None, **options):
    m = model(name, shape, nodes, weights, **options)
    if change:
        change(m)
    models.append((name, shape, m.SerializeToString(), np.asarray(expected, np.float32)))


def bad(name, words, nodes, weights, shape=(3, 6, 6), change=None, **options):
    m = model(name, shape, nodes, weights, **options)
    if change:
        change(m)
    broken.append((name, m.SerializeToString(), words))


T = torch.from_numpy

# ---- what old opsets wrote as attributes
x = image(2, 3, 6, 6)
w, b = weight(4, 3, 3, 3), weight(4)
scale, shift, mean, var = weight(4), weight(4), weight(4), np.abs(weight(4)) + 0.5
t = F.conv2d(T(x), T(w), T(b), padding=1)
t = F.batch_norm(t, T(mean), T(var), T(scale), T(shift), eps=1e-3).clamp(-0.5, 1)
t = F.pad(t, (1, 0, 0, 2), value=0.25)[:, 1:3, :, ::2]
good('old_attributes', (3, 6, 6), [
    node('Conv', ['x', 'w', 'b'], ['c'], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
    node('BatchNormalization', ['c', 's', 'h', 'm', 'v'], ['n'], epsilon=1e-3, momentum=0.9),
    node('Clip', ['n'], ['k'], min=-0.5, max=1.0),
    node('Pad', ['k'], ['p'], pads=[0, 0, 0, 1, 0, 0, 2, 0], value=0.25),
    node('Slice', ['p'], ['q'], axes=[1], starts=[1], ends=[3]),
    node('Dropout', ['q'], ['d'], ratio=0.5),
    node('Unsqueeze', ['d'], ['u'], axes=[1]),
    node('Squeeze', ['u'], ['z'], axes=[1]),
    node('MaxPool', ['z'], ['y'], kernel_shape=[1, 1], strides=[1, 2]),
], [const('w', w), const('b', b), const('s', scale), const('h', shift), const('m', mean),
    const('v', var)], t, opset=9)

# ---- before opset 13 Softmax took all dimensions from its axis on as one
x = image(2, 2, 3, 2)
good('old_softmax', (2, 3, 2), [node('Softmax', ['x'], ['y'])], [],
     T(x).reshape(2, -1).softmax(1).reshape(2, 2, 3, 2), opset=11)
good('new_softmax', (2, 3, 2), [node('Softmax', ['x'], ['y'], axis=1)], [], T(x).softmax(1))

# ---- x.view(x.size(0), -1), as PyTorch writes it
x = image(2, 2, 3, 3)
w = weight(18, 5)
good('view', (2, 3, 3), [
    node('Shape', ['x'], ['shape']),
    node('Constant', [], ['zero'], value=const('', np.array(0, np.int64))),
    node('Gather', ['shape', 'zero'], ['n'], axis=0),
    node('Unsqueeze', ['n', 'axes'], ['n1']),
    node('Concat', ['n1', 'rest'], ['to'], axis=0),
    node('Reshape', ['x', 'to'], ['f']),
    node('MatMul', ['f', 'w'], ['y']),
], [const('w', w), const('axes', np.array([0])), const('rest', np.array([-1]))],
    x.reshape(2, -1) @ w)

# ---- channels are shuffled by arithmetic on the shape
x = image(2, 6, 2, 2)
index = [const(f'i{i}', np.array([i])) for i in range(4)]
good('shuffle', (6, 2, 2), [
    node('Shape', ['x'], ['s'])] + [
    node('Gather', ['s', f'i{i}'], [f's{i}']) for i in range(4)] + [
    node('Div', ['s1', 'three'], ['c']),
    node('Concat', ['s0', 'three', 'c', 's2', 's3'], ['to'], axis=0),
    node('Reshape', ['x', 'to'], ['r']),
    node('Transpose', ['r'], ['t'], perm=[0, 2, 1, 3, 4]),
    node('Reshape', ['t', 's'], ['y']),
], index + [const('three', np.array([3]))],
    x.reshape(2, 3, 2, 2, 2).transpose(0, 2, 1, 3, 4).reshape(2, 6, 2, 2))

# ---- a batch that is fixed in the file can be any
x = image(2, 2, 2, 2)
good('batch_of_one', (2, 2, 2), [node('Reshape', ['x', 'to'], ['y'])],
     [const('to', np.array([1, -1]))], x.reshape(2, 8), batch=1)
good('batch_of_four', (2, 2, 2), [node('Reshape', ['x', 'to'], ['y'])],
     [const('to', np.array([4, 8]))], x.reshape(2, 8), batch=4)

# ---- weights of other types
x = image(2, 3, 4, 4)
w = weight(4, 3, 3, 3)
half = w.astype(np.float16)
good('float16', (3, 4, 4), [node('Conv', ['x', 'w'], ['y'])], [const('w', half)],
     F.conv2d(T(x), T(half.astype(np.float32))))
good('float64', (3, 4, 4), [node('Conv', ['x', 'w'], ['y'])], [const('w', w.astype(np.float64))],
     F.conv2d(T(x), T(w)))
bits = (w.view(np.uint32) >> 16).astype(np.uint16)
good('bfloat16', (3, 4, 4), [node('Conv', ['x', 'w'], ['y'])],
     [helper.make_tensor('w', TensorProto.BFLOAT16, w.shape, bits.tobytes(), raw=True)],
     F.conv2d(T(x), T((bits.astype(np.uint32) << 16).view(np.float32))))
half_list = TensorProto(name='w', data_type=TensorProto.FLOAT16, dims=w.shape)
half_list.int32_data.extend(int(v) for v in half.view(np.uint16).ravel())
good('float16_list', (3, 4, 4), [node('Conv', ['x', 'w'], ['y'])], [half_list],
     F.conv2d(T(x), T(half.astype(np.float32))))
float_list = helper.make_tensor('w', TensorProto.FLOAT, w.shape, w.ravel().tolist())
good('float_list', (3, 4, 4), [node('Conv', ['x', 'w'], ['y'])], [float_list], F.conv2d(T(x), T(w)))

# ---- quantised weights, one scale a channel
q = rng.integers(-100, 100, (4, 3, 3, 3)).astype(np.int8)
s = (np.abs(weight(4)) * 0.02 + 0.01).astype(np.float32)
z = np.array([0, 3, -5, 1], np.int8)
dq = (q.astype(np.float32) - z[:, None, None, None].astype(np.float32)) * s[:, None, None, None]
good('quantised', (3, 4, 4), [
    node('DequantizeLinear', ['q', 's', 'z'], ['w'], axis=0), node('Conv', ['x', 'w'], ['y'])],
    [const('q', q), const('s', s), const('z', z)], F.conv2d(T(x), T(dq)))
s1, z1 = np.float32(0.05), np.uint8(120)
levels = np.clip(np.rint(w / s1) + 120, 0, 255)
good('quantised_twice', (3, 4, 4), [
    node('QuantizeLinear', ['f', 's', 'z'], ['q']), node('DequantizeLinear', ['q', 's', 'z'], ['w']),
    node('Conv', ['x', 'w'], ['y'])],
    [const('f', w), const('s', s1), const('z', z1)],
    F.conv2d(T(x), T(((levels - 120) * s1).astype(np.float32))))

# ---- windows that round up, or pad by themselves
x = image(2, 2, 6, 7)
good('average_ceiling', (2, 6, 7), [
    node('AveragePool', ['x'], ['y'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
         ceil_mode=1, count_include_pad=1)], [],
    F.avg_pool2d(T(x), 3, 2, 1, ceil_mode=True, count_include_pad=True))
good('average_ceiling_exclusive', (2, 6, 7), [
    node('AveragePool', ['x'], ['y'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
         ceil_mode=1)], [],
    F.avg_pool2d(T(x), 3, 2, 1, ceil_mode=True, count_include_pad=False))
good('max_ceiling', (2, 6, 7), [
    node('MaxPool', ['x'], ['y'], kernel_shape=[2, 2], strides=[3, 4], ceil_mode=1)], [],
    F.max_pool2d(T(x), 2, (3, 4), ceil_mode=True))
w = weight(3, 2, 3, 2)
good('same_upper', (2, 6, 7), [
    node('Conv', ['x', 'w'], ['y'], auto_pad='SAME_UPPER', strides=[2, 2])], [const('w', w)],
    F.conv2d(F.pad(T(x), (0, 1, 0, 1)), T(w), stride=2))
good('same_lower', (2, 6, 7), [
    node('Conv', ['x', 'w'], ['y'], auto_pad='SAME_LOWER', dilations=[2, 1])], [const('w', w)],
    F.conv2d(F.pad(T(x), (1, 0, 2, 2)), T(w), dilation=(2, 1)))
x = image(2, 4, 9)
w = weight(6, 2, 3)
good('one_dimension', (4, 9), [
    node('Conv', ['x', 'w'], ['c'], pads=[2, 1], strides=[2], group=2),
    node('MaxPool', ['c'], ['y'], kernel_shape=[2])], [const('w', w)],
    F.max_pool1d(F.conv1d(F.pad(T(x), (2, 1)), T(w), stride=2, groups=2), 2, 1))
x = image(2, 4, 3, 5)
w, b = weight(4, 3, 3, 3), weight(6)
good('transposed', (4, 3, 5), [
    node('ConvTranspose', ['x', 'w', 'b'], ['y'], strides=[2, 3], pads=[1, 0, 1, 0],
         output_padding=[1, 2], dilations=[2, 1], group=2)], [const('w', w), const('b', b)],
    F.conv_transpose2d(T(x), T(w), T(b), stride=(2, 3), padding=(1, 0), output_padding=(1, 2),
                       dilation=(2, 1), groups=2))

# ---- constants that are calculated, nodes out of order, an output that only renames
x = image(2, 2, 3, 3)
g = weight(2, 1, 1)
good('calculated_constants', (2, 3, 3), [
    node('Identity', ['m'], ['y']), node('Mul', ['x', 'k'], ['m']), node('Exp', ['e'], ['k']),
    node('Sub', ['g', 'one'], ['e']), node('Foo', ['unused'], ['never'])],
    [const('g', g), const('one', np.float32(1))], x * np.exp(g - 1))

# ---- images of 8 bits
xi = np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4) % 251
good('bytes', (3, 4, 4), [
    node('Cast', ['x'], ['f'], to=1), node('Mul', ['f', 'k'], ['y'])],
    [const('k', np.float32(1 / 255))], image(2, 3, 4, 4) * np.float32(1 / 255),
    kind=TensorProto.UINT8)

# ---- of a sequence one place, parts put together again, means, norms
x = image(2, 5, 8)
w, b = weight(8), weight(8)
split = np.split(x, [3, 4], axis=2)
t = np.concatenate([split[2], split[0], split[1]], axis=2)
t = F.layer_norm(T(t), (8,), T(w), T(b), 1e-5)
good('sequence', (5, 8), [
    node('Split', ['x', 'sizes'], ['a', 'b', 'c'], axis=-1),
    node('Concat', ['c', 'a', 'b'], ['t'], axis=2),
    node('LayerNormalization', ['t', 'w', 'h'], ['n'], axis=-1),
    node('Gather', ['n', 'first'], ['p'], axis=1),
    node('LpNormalization', ['p'], ['y'], axis=1)],
    [const('sizes', np.array([3, 1, 4])), const('w', w), const('h', b),
     const('first', np.array(-2))], F.normalize(t[:, -2], dim=1), opset=17)
good('mean', (5, 8), [node('ReduceMean', ['x'], ['y'], axes=[-1], keepdims=0)], [], x.mean(2))
good('sum', (5, 8), [node('Sum', ['x', 'w', 'x'], ['y'])], [const('w', w)], 2 * x + w)

# ---- x.mean((2, 3), True).expand(-1, 3, 4, 4), as PyTorch writes it, and what chooses between constants
x = image(2, 3, 4, 4)
mask = np.array([True, False, True]).reshape(3, 1, 1)
k = np.where(mask, np.float32(2), np.float32([-1]))
good('expand', (3, 4, 4), [
    node('ReduceMean', ['x'], ['m'], axes=[2, 3], keepdims=1),
    node('Shape', ['x'], ['s']),
    node('Equal', ['given', 'minus'], ['open']),
    node('Where', ['open', 's', 'given'], ['t']),
    node('Equal', ['t', 'minus'], ['still_open']), # the batch is no -1
    node('Where', ['still_open', 'given', 't'], ['to']),
    node('Expand', ['m', 'to'], ['e']),
    node('Sub', ['x', 'e'], ['d']),
    node('Where', ['mask', 'two', 'less'], ['k']),
    node('Expand', ['k', 'same'], ['l']),
    node('Mul', ['d', 'l'], ['y']),
], [const('given', np.array([-1, 3, 4, 4])), const('minus', np.array(-1)), const('mask', mask),
    const('two', np.float32(2)), const('less', np.float32([-1])), const('same', np.array([1, 1]))],
    (x - x.mean((2, 3), keepdims=True)) * k)

# ---- what opsets 18 to 23 changed, each image by itself also where the file moves its dimension
own = np.random.default_rng(8)


def other(*shape):
    return (own.standard_normal(shape) * 0.5).astype(np.float32)


def whole(**lists):
    return [const(name, np.array(value, np.int64)) for name, value in lists.items()]


x = image(2, 5, 8)
good('reduce_18', (5, 8), [
    node('ReduceMean', ['x', 'last'], ['m'], keepdims=1), node('ReduceSum', ['x', 'last'], ['s']),
    node('ReduceMax', ['x', 'both'], ['k']), node('ReduceL2', ['x', 'middle'], ['l']),
    node('ReduceSumSquare', ['x', 'last'], ['q']), node('ReduceMean', ['x', 'none'], ['a'], noop_with_empty_axes=1),
    node('Add', ['m', 's'], ['ms']), node('Add', ['ms', 'k'], ['msk']), node('Add', ['msk', 'l'], ['mskl']),
    node('Add', ['mskl', 'q'], ['sum']), node('Mul', ['sum', 'a'], ['y'])],
    whole(last=[-1], middle=[1], both=[1, 2], none=[]),
    (x.mean(2, keepdims=True) + x.sum(2, keepdims=True) + x.max((1, 2), keepdims=True) +
     np.sqrt((x ** 2).sum(1, keepdims=True)) + (x ** 2).sum(2, keepdims=True)) * x, opset=18)
good('reduce_max_axis', (5, 8), [node('ReduceMax', ['x'], ['y'], axes=[1], keepdims=0)], [], x.max(1))
good('split_18', (5, 8), [
    node('Split', ['x'], ['a', 'b', 'c'], axis=2, num_outputs=3), node('Concat', ['c', 'a', 'b'], ['y'], axis=2)],
    [], np.concatenate([x[:, :, 6:], x[:, :, :6]], 2), opset=18)
good('pad_18', (5, 8), [node('Pad', ['x', 'pads', 'value', 'axes'], ['y'])],
     whole(pads=[1, 2], axes=[-1]) + [const('value', np.float32(3))],
     np.pad(x, ((0, 0), (0, 0), (1, 2)), constant_values=3), opset=18)
x = image(2, 3, 4, 4)
good('gelu', (3, 4, 4), [node('Gelu', ['x'], ['y'])], [], F.gelu(T(x)), opset=20)
good('gelu_tanh', (3, 4, 4), [node('Gelu', ['x'], ['y'], approximate='tanh')], [],
     F.gelu(T(x), approximate='tanh'), opset=20)
good('erf', (3, 4, 4), [
    node('Div', ['x', 'root'], ['d']), node('Erf', ['d'], ['e']), node('Add', ['e', 'one'], ['a']),
    node('Mul', ['x', 'a'], ['m']), node('Mul', ['m', 'half'], ['y'])],
    [const('root', np.float32(2 ** 0.5)), const('one', np.float32(1)), const('half', np.float32(0.5))], F.gelu(T(x)))
x = image(2, 6, 3, 3)
w, b = other(6), other(6)
good('group_norm', (6, 3, 3), [node('GroupNormalization', ['x', 'w', 'b'], ['y'], num_groups=2, epsilon=1e-3)],
     [const('w', w), const('b', b)], F.group_norm(T(x), 2, T(w), T(b), 1e-3), opset=21)
w2, b2 = other(2), other(2)
good('group_norm_18', (6, 3, 3), [node('GroupNormalization', ['x', 'w', 'b'], ['y'], num_groups=2)],
     [const('w', w2), const('b', b2)], F.group_norm(T(x), 2, T(w2.repeat(3)), T(b2.repeat(3))), opset=18)
good('instance_norm', (6, 3, 3), [node('InstanceNormalization', ['x', 'w', 'b'], ['y'])],
     [const('w', w), const('b', b)], F.instance_norm(T(x), weight=T(w), bias=T(b)))
good('limits', (6, 3, 3), [
    node('Max', ['x', 'low'], ['a']), node('Min', ['high', 'a'], ['b']), node('Reciprocal', ['b'], ['y'])],
    [const('low', np.float32(0.2)), const('high', np.float32([0.7]))], 1 / x.clip(0.2, 0.7))
good('cast_like', (6, 3, 3), [node('CastLike', ['seven', 'x'], ['s']), node('Mul', ['x', 's'], ['y'])],
     whole(seven=7), 7 * x, opset=19)
good('gather_many', (6, 3, 3), [node('Gather', ['x', 'i'], ['y'], axis=1)], whole(i=[4, 5, 0, 1, 2, 0]),
     x[:, [4, 5, 0, 1, 2, 0]])
good('gather_square', (6, 3, 3), [node('Gather', ['x', 'i'], ['y'], axis=3)], whole(i=[[2, 0], [1, 1]]),
     x[:, :, :, [[2, 0], [1, 1]]])

# ---- attention as exporters write it: the batch goes behind and comes back
x = image(2, 4, 6)
w, b, token = other(6, 18), other(18), other(1, 1, 6)
t = np.concatenate([np.repeat(token, 2, 0), x], 1)
q, k, v = (t @ w + b).reshape(2, 5, 3, 2, 3).transpose(2, 0, 3, 1, 4)
t = torch.softmax(T(q) @ T(k).transpose(-1, -2), -1) @ T(v)
attention = [
    node('Concat', ['e', 'x'], ['t'], axis=1), node('MatMul', ['t', 'w'], ['p']), node('Add', ['p', 'b'], ['a']),
    node('Reshape', ['a', 'five'], ['r']), node('Transpose', ['r'], ['o'], perm=[2, 0, 3, 1, 4]),
    node('Split', ['o'], ['q1', 'k1', 'v1'], axis=0, num_outputs=3)] + [
    node('Squeeze', [f'{n}1', 'first'], [n]) for n in 'qkv'] + [
    node('Transpose', ['k'], ['kt'], perm=[0, 1, 3, 2]), node('MatMul', ['q', 'kt'], ['s']),
    node('Softmax', ['s'], ['g'], axis=-1), node('MatMul', ['g', 'v'], ['h']),
    node('Transpose', ['h'], ['ht'], perm=[0, 2, 1, 3]), node('Reshape', ['ht', 'three'], ['y'])]
good('attention', (4, 6), [
    node('Shape', ['x'], ['n'], start=0, end=1), node('Concat', ['n', 'ones'], ['to'], axis=0),
    node('Expand', ['token', 'to'], ['e'])] + attention,
    whole(ones=[1, 6], five=[-1, 5, 3, 2, 3], three=[0, 5, 6], first=[0]) +
    [const('w', w), const('b', b), const('token', token)], t.transpose(1, 2).reshape(2, 5, 6), opset=18)

x = image(2, 3, 4, 2)
good('einsum', (3, 4, 2), [
    node('Einsum', ['x', 'x'], ['s'], equation='b h i d, b h j d -> b h i j'),
    node('Einsum', ['s', 'x'], ['y'], equation='bhij,bhjd->bhdi')], [],
    np.einsum('bhij,bhjd->bhdi', np.einsum('bhid,bhjd->bhij', x, x), x))
good('einsum_of_windows', (3, 4, 2), [
    node('Transpose', ['x'], ['t'], perm=[1, 0, 2, 3]), node('Einsum', ['t', 't'], ['e'], equation='hbid,hbjd->hbij'),
    node('Transpose', ['e'], ['y'], perm=[1, 0, 2, 3])], [], np.einsum('bhid,bhjd->bhij', x, x))

# ---- windows: the batch is multiplied, a constant for each window is added
x = image(2, 4, 4, 3)
mask, w, b = other(4, 1, 4, 3), other(5, 3), other(5)
t = x.reshape(2, 2, 2, 2, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 1, 4, 3) + mask
t = (t.reshape(2, 16, 3) @ w.T + b).reshape(2, 2, 2, 2, 2, 5).transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 4, 5)
good('windows', (4, 4, 3), [
    node('Reshape', ['x', 'six'], ['r']), node('Transpose', ['r'], ['t'], perm=[0, 1, 3, 2, 4, 5]),
    node('Reshape', ['t', 'four'], ['f']), node('Add', ['f', 'mask'], ['a']), node('Reshape', ['a', 'rows'], ['k']),
    node('Gemm', ['k', 'w', 'b'], ['g'], transB=1), node('Reshape', ['g', 'back'], ['z']),
    node('Transpose', ['z'], ['u'], perm=[0, 1, 3, 2, 4, 5]), node('Reshape', ['u', 'map'], ['y'])],
    whole(six=[1, 2, 2, 2, 2, 3], four=[4, 1, 4, 3], rows=[-1, 3], back=[1, 2, 2, 2, 2, 5], map=[1, 4, 4, 5]) +
    [const('mask', mask), const('w', w), const('b', b)], t, batch=1, opset=18)
good('batch_is_moved', (3, 6, 6), [node('Transpose', ['x'], ['t'], perm=[1, 0, 2, 3]), node('Relu', ['t'], ['r']),
                                   node('Transpose', ['r'], ['y'], perm=[1, 0, 2, 3])], [], image(2, 3, 6, 6).clip(0))
# ---- F.pad, as the legacy exporter writes it: arithmetic on constants of two dimensions
x = image(2, 3, 4, 4)
good('pad_of_old', (3, 4, 4), [
    node('ConstantOfShape', ['four'], ['zeros'], value=const('', np.array([0]))),
    node('Concat', ['pads', 'zeros'], ['all'], axis=0), node('Reshape', ['all', 'two'], ['pairs']),
    node('Slice', ['pairs', 'end', 'start', 'first', 'back'], ['turned']),
    node('Transpose', ['turned'], ['t'], perm=[1, 0]), node('Reshape', ['t', 'list'], ['l']),
    node('Cast', ['l'], ['c'], to=7), node('Pad', ['x', 'c', 'zero'], ['y'])],
    whole(four=[4], pads=[1, 2, 0, 3], two=[-1, 2], end=[-1], start=[-(1 << 62)], first=[0], back=[-1], list=[-1]) +
    [const('zero', np.float32(0))], np.pad(x, ((0, 0), (0, 0), (0, 3), (1, 2))))
good('wholes', (3, 4, 4), [
    node('Mod', ['a', 'three'], ['m']), node('Less', ['a', 'three'], ['small']), node('Not', ['small'], ['large']),
    node('And', ['large', 'odd'], ['both']), node('Where', ['both', 'a', 'm'], ['k']),
    node('ScatterND', ['k', 'at', 'seven'], ['s']), node('ReduceProd', ['four'], ['p']),
    node('Gather', ['s', 'row'], ['g'], axis=0), node('Add', ['g', 'p'], ['w']), node('Cast', ['w'], ['f'], to=1),
    node('Div', ['f', 'two'], ['h']), node('Ceil', ['h'], ['c']), node('Mul', ['x', 'c'], ['y'])],
    whole(a=[[-1, 2, 3, 4], [5, 6, 7, -8]], three=[3], four=[2, 2], at=[[0, 1], [1, 3]], seven=[7, 70], row=1) +
    [const('odd', np.array([True, False, True, True])), const('two', np.float32(2))],
    x * np.float32([5, 2, 6, 37]), opset=18)

# ---- functions that the file brings along, one inside the other
def functions(*made):
    def change(m):
        m.functions.extend(made)
    return change


def function(name, inputs, outputs, nodes, attributes=()):
    return helper.make_function('own', name, inputs, outputs, nodes,
                                [helper.make_opsetid('', 18), helper.make_opsetid('own', 1)], attributes)


leaky = node('LeakyRelu', ['a'], ['z'])
leaky.attribute.append(onnx.AttributeProto(name='alpha', ref_attr_name='slope', type=onnx.AttributeProto.FLOAT))
bent = function('Bent', ['a', 'bias'], ['z'], [leaky], ['slope'])
scaled = function('Scaled', ['p', 'q'], ['r', 's'], [
    node('Bent', ['p'], ['x'], domain='own', slope=0.5), node('Mul', ['x', 'q'], ['r']), node('Foo', ['r'], ['s'])])
x = image(2, 3, 6, 6)
g = other(3, 1, 1)
t = F.leaky_relu(T(x), 0.5) * T(g)
good('functions', (3, 6, 6), [
    node('Scaled', ['x', 'g'], ['a'], domain='own'), node('Scaled', ['a', 'g'], ['y'], domain='own')],
    [const('g', g)], F.leaky_relu(t, 0.5) * T(g), opset=18, change=functions(bent, scaled))

# ---- what is behind a choice blocks nothing
x = image(2, 3, 6, 6)
good('choice', (3, 6, 6), [
    node('Relu', ['x'], ['f']), node('ArgMax', ['f'], ['k'], axis=1), node('Cast', ['k'], ['y'], to=1)], [],
    x.clip(0))
good('choices', (3, 6, 6), [
    node('TopK', ['f', 'one'], ['v', 'i']), node('Relu', ['x'], ['f']), node('Neg', ['f'], ['y'])],
    whole(one=[1]), -x.clip(0), outputs=('i', 'y'))

# ---- broken models
w = weight(4, 3, 3, 3)
conv = [node('Conv', ['x', 'w'], ['y'], 'conv1')]
relu = [node('Relu', ['x'], ['y'])]
to = lambda *shape: [const('to', np.array(shape))]
reshape = [node('Reshape', ['x', 'to'], ['y'])]


def dims(*shape):
    def change(m):
        del m.graph.initializer[0].dims[:]
        m.graph.initializer[0].dims.extend(shape)
    return change


bad('operator', "node 'conv1': operator 'Foo' is not supported",
    [node('Foo', ['x'], ['y'], 'conv1')], [])
again = function('Again', ['a'], ['b'], [node('Again', ['a'], ['c'], domain='own'), node('Relu', ['c'], ['b'])])
many = [function(f'F{i}', ['a'], ['b'], [node(f'F{i + 1}', ['a'], [f'c{k}'], domain='own') for k in range(20)] +
                 [node('Relu', ['c0'], ['b'])]) for i in range(8)]
call = [node('Again', ['x'], ['y'], domain='own')]
bad('function_endless', "function 'Again' calls itself", call, [], change=functions(again))
bad('function_twice', "two functions of the name 'Again'", call, [], change=functions(again, again))
bad('function_missing', "operator 'own.Again' is not supported", call, [], change=functions(bent))
bad('function_growing', 'the functions of the model are too large', [node('F0', ['x'], ['y'], domain='own')], [],
    change=functions(*many))
bad('function_argument', "its input 0 is missing", [node('Bent', [], ['y'], domain='own', slope=0.5)], [],
    change=functions(bent))
bad('operators', "node 'a': operator 'Foo', operator 'my.Relu' and operator 'Bar' are not supported; export only",
    [node('Foo', ['x'], ['a']), node('Relu', ['a'], ['b'], domain='my'), node('Foo', ['b'], ['c']),
     node('Bar', ['c'], ['y'])], [])
bad('only_choice', "operator 'ArgMax' is not supported", [node('ArgMax', ['x'], ['y'])], [])
bad('optimised', 'ONNX Runtime optimised the file', [node('NhwcMaxPool', ['x'], ['y'], domain='com.microsoft')], [])
bad('optimised_integers', 'quantise it with QuantFormat.QDQ', [
    node('QLinearAdd', ['x'], ['y'], domain='com.microsoft')], [])
bad('fused', 'its activation is none of', [node('FusedConv', ['x', 'w'], ['y'], domain='com.microsoft',
                                                activation='HardSwish')], [const('w', w)])
bad('dynamic', 'take the float model', [node('DynamicQuantizeLinear', ['x'], ['y'])], [])
bad('domain', "operator 'my.Relu' is not supported", [node('Relu', ['x'], ['y'], domain='my')], [])
bad('opset_6', 'opset 6 is not one of 7 to 23', relu, [], opset=6)
bad('opset_24', 'opset 24 is not one of 7 to 23', relu, [], opset=24)
bad('circle', 'goes round in a circle', [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']),
                                         node('Relu', ['b'], ['y'])], [])
bad('own_circle', 'goes round in a circle', [node('Add', ['x', 'y'], ['y'])], [])
bad('missing_weight', "nothing makes its input 'w'", conv, [])
bad('missing_output', "nothing makes the output 'y'", [node('Relu', ['x'], ['z'])], [])
bad('two_makers', "two nodes make 'y'", relu + relu, [])
bad('weight_named_twice', "a second value of the name 'w'", conv, [const('w', w), const('w', w)])
bad('name_of_weight', "a second value of the name 'w'", [node('Relu', ['x'], ['w'])] + conv,
    [const('w', w)])
bad('name_of_input', 'goes round in a circle', [node('Relu', ['x'], ['x'])], [], outputs=('x',))
bad('raw_too_short', 'its shape has 108 values, its data 107', conv, [const('w', w)],
    change=lambda m: setattr(m.graph.initializer[0], 'raw_data', w.tobytes()[:-4]))
bad('raw_odd', 'its data', conv, [const('w', w)],
    change=lambda m: setattr(m.graph.initializer[0], 'raw_data', w.tobytes()[:-1]))
bad('huge_weight', 'too many values', conv, [const('w', w)],
    change=dims(1 << 40, 1 << 40, 3, 3))
bad('large_weight', 'its data', conv, [const('w', w)], change=dims(1 << 18, 1 << 18, 3, 1))
bad('negative_weight', 'a dimension of -4', conv, [const('w', w)], change=dims(-4, 3, 3, 3))
bad('empty_weight', 'a dimension of 0', conv, [const('w', np.zeros((0, 3, 3, 3), np.float32))])
bad('weight_rank', '7 dimensions', conv, [const('w', np.zeros((1,) * 7, np.float32))])
bad('text_weight', 'is not one of numbers', conv,
    [helper.make_tensor('w', TensorProto.STRING, [1], [b'a'])])
bad('complex_weight', 'is not one of numbers', conv,
    [helper.make_tensor('w', TensorProto.COMPLEX64, [1], [1 + 2j])])
bad('huge_input', 'too many values', relu, [], shape=(1 << 40, 1 << 40))
bad('input_rank', '8 dimensions', relu, [], shape=(1,) * 7)
bad('open_input', "dimension 2 of input 'x' is not known", relu, [], shape=(3, 'H', 'W'))
bad('channels', "layer 'conv1' (Conv): its input has 3 channels a group, its weight 2", conv, [const('w', weight(4, 2, 3, 3))])
bad('groups', 'channels in 2 groups', [node('Conv', ['x', 'w'], ['y'], group=2)], [const('w', w)])
bad('no_group', 'channels in 0 groups', [node('Conv', ['x', 'w'], ['y'], group=0)],
    [const('w', w)])
bad('stride_zero', "'strides' has the value 0", [node('Conv', ['x', 'w'], ['y'], strides=[0, 1])],
    [const('w', w)])
bad('pads_huge', "'pads' has the value", [node('Conv', ['x', 'w'], ['y'], pads=[0, 0, 0, 1 << 62])],
    [const('w', w)])
bad('dilation_huge', 'does not fit into', [node('Conv', ['x', 'w'], ['y'],
                                                dilations=[1 << 30, 1 << 30])], [const('w', w)])
bad('stride_count', "'strides' has 1 values, not 2", [node('Conv', ['x', 'w'], ['y'], strides=[1])],
    [const('w', w)])
bad('attribute_type', "attribute 'group' is not an integer",
    [node('Conv', ['x', 'w'], ['y'], group=1.5)], [const('w', w)])
bad('window_too_large', 'its window of 9 does not fit into 6 rows',
    [node('MaxPool', ['x'], ['y'], kernel_shape=[9, 9])], [])
bad('only_padding', 'nothing but padding',
    [node('AveragePool', ['x'], ['y'], kernel_shape=[2, 2], pads=[2, 2, 2, 2])], [])
bad('transposed_huge', 'too many values', [node('ConvTranspose', ['x', 'w'], ['y'],
                                          strides=[1 << 30, 1 << 30], dilations=[1 << 30] * 2)],
    [const('w', weight(3, 4, 3, 3))])
bad('transposed_negative', 'a dimension of', [node('ConvTranspose', ['x', 'w'], ['y'],
                                                   pads=[9, 9, 9, 9])],
    [const('w', weight(3, 4, 3, 3))])
bad('computed_weight', "'r' must be constant",
    [node('Relu', ['x'], ['r']), node('Conv', ['x', 'r'], ['y'], 'conv1')], [])
bad('two_inputs', "the model has two inputs, 'x' and 'x2'", [node('Add', ['x', 'x2'], ['y'])], [],
    change=lambda m: m.graph.input.append(value('x2', ['N', 3, 6, 6])))
bad('no_outputs', 'the model has no output', relu, [],
    change=lambda m: m.graph.ClearField('output'))
bad('no_graph', 'the model has no graph', relu, [], change=lambda m: m.ClearField('graph'))
bad('sparse', 'sparse weights', relu, [], change=lambda m: m.graph.sparse_initializer.add())
bad('second_result', 'only its first result is supported',
    [node('MaxPool', ['x'], ['m', 'y'], 'pool', kernel_shape=[2, 2])], [], outputs=('m', 'y'))
bad('training', 'it is in training mode', [
    node('BatchNormalization', ['x', 's', 's', 's', 's'], ['y'], training_mode=1)],
    [const('s', weight(3))], opset=14)
bad('whole_numbers', 'is of whole numbers, not float', [node('Add', ['x', 'k'], ['y'])],
    [const('k', np.array([1]))])
bad('shape_of_reals', 'whole numbers', reshape, [const('to', np.array([1.0, 2.0], np.float32))])
bad('batch_is_flattened', 'it would mix images', reshape, to(1, -1), batch=4)
bad('batch_is_concatenated', 'goes along the batch', [node('Concat', ['x', 'x'], ['y'], axis=0)], [])
bad('batch_is_summed', 'goes along the batch', [node('ReduceMean', ['x'], ['y'])], [])
bad('batch_is_sliced', 'a part of the batch', [node('Gather', ['x', 'i'], ['y'])],
    [const('i', np.array(0))])
bad('batch_is_counted', 'calculates with the size of the batch', [
    node('Shape', ['x'], ['s']), node('Add', ['s', 'two'], ['to']),
    node('Reshape', ['x', 'to'], ['y'])], [const('two', np.array(2))])
bad('weights_by_image', 'differs over the batch', [node('Add', ['x', 'w'], ['y'])],
    [const('w', weight(5, 3, 6, 6))])
bad('reshape_misfit', 'do not fit its new shape', reshape, to(-1, 5))
bad('reshape_two_open', 'is -1', reshape, to(-1, -1))
bad('reshape_huge', 'its new dimension', reshape, to(1, 1 << 62, 1 << 62))
bad('axis', 'axis 9 of 4 dimensions', [node('Softmax', ['x'], ['y'], axis=9)], [])
bad('permutation', 'not a permutation', [node('Transpose', ['x'], ['y'], perm=[0, 1, 1, 3])], [])
bad('division', 'have no result', [node('Div', ['a', 'zero'], ['to'])] + reshape,
    [const('a', np.array([1, 2])), const('zero', np.array([0]))])
bad('overflow', 'have no result', [node('Mul', ['a', 'a'], ['to'])] + reshape,
    [const('a', np.array([1 << 40, 1 << 40]))])
bad('constant_huge', 'too large', [node('ConstantOfShape', ['to'], ['k'])] +
    [node('Add', ['x', 'k'], ['y'])], to(1 << 20, 1 << 20))
bad('range_huge', 'too many', [node('Range', ['a', 'b', 'c'], ['to'])] + reshape,
    [const('a', np.array(0)), const('b', np.array(1 << 62)), const('c', np.array(1))])
bad('external', 'is in another file', conv, [const('w', w)], change=lambda m: (
    setattr(m.graph.initializer[0], 'data_location', 1),
    m.graph.initializer[0].external_data.add(key='location', value='w.bin')))
bad('computed_shape', 'must be whole numbers known beforehand',
    [node('Relu', ['x'], ['to'])] + [node('Reshape', ['x', 'to'], ['y'])], [])
bad('expand_misfit', 'do not fit', [node('Expand', ['x', 'to'], ['y'])], to(1, 3, 5, 6))
bad('expand_huge', 'too', [node('Expand', ['x', 'to'], ['y'])], to(1 << 62, 1, 3, 6, 6))
bad('equal_batch', 'compares with the size of the batch',
    [node('Shape', ['x'], ['s']), node('Equal', ['s', 'two'], ['to'])] + reshape,
    [const('two', np.array(2))])
bad('where_computed', 'must be whole numbers known beforehand', [node('Where', ['x', 'x', 'x'], ['y'])], [])
bad('quantised_type', 'only (u)int8 and (u)int16', [node('QuantizeLinear', ['x', 's', 'z'], ['y'])],
    [const('s', np.float32(1)), const('z', np.int32(0))])
bad('quantised_scale', 'its scale is 0', [node('QuantizeLinear', ['x', 's'], ['y'])], [const('s', np.float32(0))])


# ---- of opsets 18 to 23
bad('reduce_axis', 'axis 9 of 4 dimensions', [node('ReduceMean', ['x', 'to'], ['y'])], to(9), opset=18)
bad('reduce_axes', 'has 3000 values, more than 6', [node('ReduceSum', ['x', 'to'], ['y'])], to(*range(3000)))
bad('reduce_computed', 'must be whole numbers known', [node('ReduceMean', ['x', 'x'], ['y'])], [], opset=18)
bad('split_parts', 'not as many results as parts',
    [node('Split', ['x'], ['y', 'z'], axis=1, num_outputs=1 << 40)], [], opset=18)
bad('pad_axis', 'axis -5 of 4 dimensions', [node('Pad', ['x', 'p', '', 'to'], ['y'])],
    to(-5) + [const('p', np.array([1, 1]))], opset=18)
bad('pad_count', 'it has 2 pads for 2 dimensions', [node('Pad', ['x', 'p', '', 'to'], ['y'])],
    to(2, 3) + [const('p', np.array([1, 1]))], opset=18)
bad('gelu_word', 'its approximation', [node('Gelu', ['x'], ['y'], approximate='none too')], [], opset=20)
bad('groups_of_nothing', '3 channels in 0 groups', [
    node('GroupNormalization', ['x', 'w', 'w'], ['y'], num_groups=0)], [const('w', w[:3, 0, 0, 0])], opset=21)
bad('groups_scale', 'is not a constant for each channel', [
    node('GroupNormalization', ['x', 'x', 'x'], ['y'], num_groups=3)], [], opset=21)
bad('antialias', 'antialias', [node('Resize', ['x', '', '', 'to'], ['y'], mode='linear', antialias=1)],
    to(1, 3, 3, 3), opset=18)
bad('mod_zero', 'it divides by 0', [node('Mod', ['a', 'zero'], ['to'])] + reshape,
    [const('a', np.array([1, 2])), const('zero', np.array([0]))])
bad('scatter_index', 'index 9 of 4', [node('ScatterND', ['a', 'at', 'a'], ['to'])] + reshape,
    [const('a', np.array([1, 3, 6, 6])), const('at', np.array([[0], [1], [2], [9]]))])
bad('expand_wholes', 'too many whole numbers', [node('Expand', ['a', 'b'], ['to'])] + reshape,
    [const('a', np.array([1])), const('b', np.array([1 << 40]))])
bad('gather_index', 'index 3 of 3', [node('Gather', ['x', 'i'], ['y'], axis=1)], [const('i', np.array([0, 3]))])
for case, equation in (('dots', '...ij,...jk->...ik'), ('one', 'bchw->bc'), ('twice', 'bchh,bchw->bcw'),
                       ('long', 'abcdefgh,abcdefgh->a'), ('endless', 'a,b-'), ('none', '')):
    bad(f'einsum_{case}', 'its equation is not', [node('Einsum', ['x', 'x'], ['y'], equation=equation)], [])
bad('einsum_sum', 'no stack of matrix products', [node('Einsum', ['x', 'x'], ['y'], equation='bchw,bchw->bch')], [])
bad('einsum_rank', 'not a letter for each dimension',
    [node('Einsum', ['x', 'x'], ['y'], equation='bij,bkj->bik')], [])
bad('stack_rank', 'more than 6 dimensions', [node('Unsqueeze', ['x', 'to'], ['u']),
                                            node('Transpose', ['u'], ['y'], perm=[1, 0, 2, 3, 4, 5])], to(1, 2))


# ---- resizing, as PyTorch does it
x = image(2, 3, 6, 6)
sizes = const('sizes', np.array([1, 3, 9, 15]))


def resize(inputs, **settings):
    return [node('Resize', inputs, ['y'], **settings)]


def torch_resize(*size, **settings):
    return F.interpolate(T(x), size, **settings).numpy()


by_size = ['x', '', '', 'sizes']
good('resize_linear', (3, 6, 6), resize(by_size, mode='linear'), [sizes],
     torch_resize(9, 15, mode='bilinear'))
good('resize_corners', (3, 6, 6), resize(
    by_size, mode='linear', coordinate_transformation_mode='align_corners'), [sizes],
    torch_resize(9, 15, mode='bilinear', align_corners=True))
good('resize_smaller', (3, 6, 6), resize(
    by_size, mode='linear', coordinate_transformation_mode='pytorch_half_pixel'),
    [const('sizes', np.array([1, 3, 4, 5]))], torch_resize(4, 5, mode='bilinear'))
good('resize_nearest', (3, 6, 6), resize(
    ['x', '', 'scales'], mode='nearest', coordinate_transformation_mode='asymmetric',
    nearest_mode='floor'), [const('scales', np.array([1, 1, 2, 1.5], np.float32))],
    torch_resize(12, 9, mode='nearest'))
good('resize_opset_10', (3, 6, 6), resize(['x', 'scales'], mode='nearest'),
     [const('scales', np.array([1, 1, 0.5, 3], np.float32))],
     torch_resize(3, 18, mode='nearest'), opset=10)
bad('resize_mode', 'none of nearest, linear and cubic', resize(by_size, mode='area'), [sizes])
bad('resize_smooth', 'it smooths what it shrinks', resize(by_size, mode='cubic', antialias=1),
    [const('sizes', np.array([1, 3, 3, 9]))], opset=18)
bad('resize_crop', 'coordinate transformation is not supported', resize(
    by_size, coordinate_transformation_mode='tf_crop_and_resize'), [sizes])
bad('resize_rounding', 'its nearest_mode', resize(by_size, nearest_mode='none'), [sizes])
bad('resize_batch', 'it would resize the batch', resize(by_size),
    [const('sizes', np.array([2, 3, 9, 9]))])
bad('resize_batch_scale', 'it would resize the batch', resize(['x', '', 'scales']),
    [const('scales', np.array([2, 1, 1, 1], np.float32))])
bad('resize_moved_batch', 'dimension 1 depends on the batch', [
    node('Shape', ['x'], ['s']), node('Gather', ['s', 'i'], ['sizes'])] + resize(by_size),
    [const('i', np.array([0, 0, 2, 3]))])
bad('resize_rank', '3 sizes for 4 dimensions', resize(by_size),
    [const('sizes', np.array([1, 3, 9]))])
bad('resize_scales', '2 sizes for 4 dimensions', resize(['x', '', 'scales']),
    [const('scales', np.array([1, 2], np.float32))])
bad('resize_computed', 'its scales are not constant', resize(['x', '', 'x']), [])
bad('resize_nothing', 'its dimension 2 would have the size 0', resize(by_size),
    [const('sizes', np.array([1, 3, 0, 9]))])
bad('resize_nan', 'its dimension 3 would have the size', resize(['x', '', 'scales']),
    [const('scales', np.array([1, 1, 1, np.nan], np.float32))])
bad('resize_huge', 'the constants of the model are too large', resize(by_size),
    [const('sizes', np.array([1, 3, 1 << 29, 6]))])
bad('resize_endless', 'its dimension 2 would have the size', resize(by_size),
    [const('sizes', np.array([1, 3, 1 << 62, 6]))])
bad('resize_large', 'its input is too large', resize(by_size),
    [const('sizes', np.array([1, 1, 1, 2]))], shape=(1, 1, 1 << 31))
bad('resize_wide', '41943107 places of 6', resize(by_size),
    [const('sizes', np.array([1, 3, 41943107, 6]))])


# ---- functions of single values and of pairs
x = image(2, 3, 4, 5)
a, b = other(3, 1, 5), other(3, 1, 1)
good('pairs', (3, 4, 5), [
    node('Max', ['x', 'a'], ['m']), node('Min', ['m', 'x', 'b'], ['n']), node('Mean', ['n', 'x', 'a'], ['y'])],
    [const('a', a), const('b', b)], (np.minimum(np.minimum(np.maximum(x, a), x), b) + x + a) / 3)
good('functions_of_values', (3, 4, 5), [
    node('PRelu', ['x', 'b'], ['p']), node('Celu', ['p'], ['c'], alpha=0.7), node('Selu', ['c'], ['e']),
    node('Mish', ['e'], ['m']), node('Softsign', ['m'], ['s']), node('Softplus', ['s'], ['q']), node('Log', ['q'], ['l']),
    node('Abs', ['l'], ['h']), node('Sin', ['h'], ['i']), node('Cos', ['i'], ['j']), node('Sub', ['j', 'x'], ['k']),
    node('ThresholdedRelu', ['k'], ['y'], alpha=0.4)], [const('b', b)],
    (lambda k: torch.where(k > 0.4, k, torch.zeros(())))(torch.cos(torch.sin(torch.log(F.softplus(F.softsign(F.mish(
        F.selu(F.celu(torch.where(T(x) < 0, T(b) * T(x), T(x)), 0.7)))))).abs())) - T(x)), opset=18)
good('whole_parts', (3, 4, 5), [
    node('Mul', ['x', 'five'], ['f']), node('Floor', ['f'], ['a']), node('Ceil', ['f'], ['b']), node('Round', ['f'], ['c']),
    node('Sign', ['f'], ['d']), node('Sum', ['a', 'b', 'c', 'd'], ['y'])], [const('five', np.float32(5))],
    (lambda f: np.floor(f) + np.ceil(f) + np.round(f) + np.sign(f))(x * 5))
good('reductions', (3, 4, 5), [
    node('ReduceL1', ['x', 'two'], ['a']), node('ReduceMin', ['x', 'two'], ['b']), node('Exp', ['x'], ['e']),
    node('ReduceLogSum', ['e', 'two'], ['c']), node('ReduceLogSumExp', ['x', 'two'], ['d']),
    node('Concat', ['a', 'b', 'c', 'd'], ['y'], axis=1)], whole(two=[2]),
    np.concatenate([np.abs(x).sum(2, keepdims=True), x.min(2, keepdims=True)] +
                   2 * [np.log(np.exp(x).sum(2, keepdims=True))], 1), opset=18)
good('shares', (3, 4, 5), [node('Softmax', ['x'], ['s'], axis=2), node('Mul', ['s', 'many'], ['m']),
                           node('LogSoftmax', ['m'], ['y'], axis=1)], [const('many', np.float32(100))],
     F.log_softmax(F.softmax(T(x), 2) * 100, 1))
good('shares_of_old', (3, 4, 5), [node('LogSoftmax', ['x'], ['y'])], [],
     F.log_softmax(T(x).reshape(2, -1), 1).reshape(2, 3, 4, 5), opset=9)
good('neighbours', (3, 4, 5), [node('LRN', ['x'], ['y'], size=2, alpha=0.5, beta=0.6, bias=1.5)], [],
     x / (1.5 + 0.25 * (x ** 2 + np.concatenate([x[:, 1:] ** 2, np.zeros((2, 1, 4, 5))], 1))) ** 0.6)

# ---- what is chosen, repeated, taken from places and put there
mask = np.arange(20).reshape(4, 5) % 3 == 0
good('masked', (3, 4, 5), [node('Where', ['mask', 'never', 'x'], ['w']), node('Softmax', ['w'], ['s'], axis=-1),
                           node('Where', ['mask', 'x', 's'], ['y'])],
     [const('mask', mask), const('never', np.float32(-np.inf))],
     np.where(mask, x, F.softmax(T(np.where(mask, np.float32(-np.inf), x)), -1).numpy()))
turns = np.array([2, 0, 1, 1, 0, 2, 0, 1, 2, 0])
good('gather_pieces', (3, 4, 5), [node('Gather', ['x', 'i'], ['y'], axis=1)], [const('i', turns)], x[:, turns])
good('tiled', (3, 4, 5), [
    node('Tile', ['x', 'times'], ['t']), node('DepthToSpace', ['t'], ['d'], blocksize=2, mode='CRD'),
    node('SpaceToDepth', ['d'], ['s'], blocksize=2), node('DepthToSpace', ['s'], ['y'], blocksize=2)],
    whole(times=[1, 4, 1, 2]),
    (lambda d: d.reshape(2, 3, 4, 2, 10, 2).transpose(0, 3, 5, 1, 2, 4).reshape(2, 2, 2, 3, 4, 10).transpose(
        0, 3, 4, 1, 5, 2).reshape(2, 3, 8, 20))(
            np.tile(x, (1, 4, 1, 2)).reshape(2, 3, 2, 2, 4, 10).transpose(0, 1, 4, 2, 5, 3).reshape(2, 3, 8, 20)))
at = np.array([[[0, 2, 1], [0, 0, 3]]])
good('gather_at', (3, 4, 5), [node('GatherND', ['x', 'at'], ['y'])], [const('at', at)], x[:, [2, 0], [1, 3]],
     batch=1)
which = rng.integers(-4, 4, (1, 3, 2, 5))
good('gather_elements', (3, 4, 5), [node('GatherElements', ['x', 'which'], ['y'], axis=2)], [const('which', which)],
     np.take_along_axis(x, np.repeat(which % 4, 2, 0), 2), batch=1)
put = x.copy()
put[:, 1, 2], put[:, 0, 3] = 2 * x[:, 0, 0], 2 * x[:, 0, 1]
put[:, 2, 0, 1] = 7
good('scattered', (3, 4, 5), [
    node('Slice', ['x', 'none', 'ends', 'one'], ['u']), node('Reshape', ['u', 'two'], ['v']), node('Add', ['v', 'v'], ['w']),
    node('ScatterND', ['x', 'at', 'w'], ['z']), node('ScatterElements', ['z', 'where', 'seven'], ['y'], axis=3)],
    whole(none=[0, 0], ends=[1, 2], one=[1, 2], two=[2, 5], where=[[[[1]]]]) +
    [const('at', np.array([[0, 1, 2], [0, 0, 3]])), const('seven', np.full((1, 1, 1, 1), 7, np.float32))],
    np.where(np.arange(60).reshape(3, 4, 5) == 1, 7, np.where(np.arange(60).reshape(3, 4, 5) == 41, x, put)), batch=1)
steps = np.tril(np.cumsum(np.ones((4, 5), np.float32), 1)[:, ::-1], -1)
good('lists', (3, 4, 5), [
    node('CumSum', ['ones', 'one'], ['c'], reverse=1), node('Trilu', ['c', 'minus'], ['t'], upper=0),
    node('Size', ['t'], ['n']), node('CumSum', ['n1', 'zero'], ['k']), node('ReduceMax', ['k'], ['m'], keepdims=0),
    node('Add', ['n', 'm'], ['s']), node('Cast', ['s'], ['f'], to=1), node('Add', ['t', 'f'], ['g']),
    node('Mul', ['x', 'g'], ['y'])], whole(one=1, minus=-1, zero=0, n1=[1, 2, 3]) +
    [const('ones', np.ones((4, 5), np.float32))], x * (steps + 26), opset=18)

# ---- branches
then = helper.make_graph([node('Add', ['x', 'k'], ['a']), node('Relu', ['a'], ['t'])], 'then', [], [value('t', None)],
                         [const('k', np.float32(0.5))])
inner = helper.make_graph([node('Foo', ['x'], ['n'])], 'inner', [], [value('n', None)])
outer = helper.make_graph([node('Less', ['three', 'two'], ['small']),
                           node('If', ['small'], ['u'], then_branch=inner, else_branch=then)], 'outer', [],
                          [value('u', None)])
good('branches', (3, 4, 5), [
    node('Shape', ['x'], ['s']), node('Gather', ['s', 'two'], ['h'], axis=0), node('Equal', ['h', 'three'], ['three_rows']),
    node('If', ['three_rows'], ['f'], then_branch=inner, else_branch=outer), node('Neg', ['f'], ['y'])],
    whole(two=2, three=3), -(x + 0.5).clip(0))
bad('branch_of_images', "node 'y' (If): its condition is not known beforehand (", [
    node('ReduceMax', ['x'], ['m'], keepdims=0), node('Cast', ['m'], ['c'], to=1),
    node('If', ['c'], ['y'], then_branch=then, else_branch=inner)], [])
bad('branch_missing', 'a branch is missing', [node('If', ['c'], ['y'])], [const('c', np.array(True))])
bad('branch_operator', "operator 'Foo' is not supported", [
    node('If', ['c'], ['y'], then_branch=inner, else_branch=then)], [const('c', np.array(True))])
same = helper.make_graph([node('If', ['c'], ['z'], then_branch=then, else_branch=then)], 'same', [], [value('y', None)])
bad('branch_of_nothing', "nothing makes the output 'y'", [node('If', ['c'], ['y'], then_branch=same, else_branch=same)],
    [const('c', np.array(True))])

# ---- attention, and what turns places into angles
def attend(q, k, v, mask, scale, cap=0):
    s = T(q) @ T(k).transpose(-1, -2) * scale
    s = cap * torch.tanh(s / cap) if cap else s
    return (torch.softmax(s + T(mask), -1) @ T(v)).numpy()


x = image(2, 4, 12)
mask = np.where(np.tril(np.ones((4, 4), bool)), np.float32(0), np.float32(-np.inf))
heads = lambda t, n: t.reshape(2, 4, n, -1).transpose(0, 2, 1, 3)
good('attention_23', (4, 12), [
    node('Mul', ['x', 'g'], ['k']), node('Slice', ['k', 'none', 'six', 'two'], ['v']),
    node('Attention', ['x', 'v', 'v', '', '', ''], ['y'], q_num_heads=4, kv_num_heads=2, is_causal=1, softcap=2.0)],
    whole(none=[0], six=[6], two=[2]) + [const('g', np.float32(2))],
    attend(heads(x, 4), np.repeat(heads(2 * x[:, :, :6], 2), 2, 1), np.repeat(heads(2 * x[:, :, :6], 2), 2, 1), mask,
           3 ** -0.5, 2).transpose(0, 2, 1, 3).reshape(2, 4, 12), opset=23)
x = image(2, 2, 4, 6)
some = np.arange(16).reshape(4, 4) % 5 != 0
good('attention_masked', (2, 4, 6), [node('Attention', ['x', 'x', 'x', 'mask'], ['y'], scale=0.3)],
     [const('mask', some)], attend(x, x, x, np.where(some, np.float32(0), np.float32(-np.inf)), 0.3), opset=23)
bad('attention_past', 'keys and values of an earlier run', [node('Attention', ['x', 'x', 'x', '', 'x', 'x'], ['y'])], [],
    opset=23)
bad('attention_heads', '6 features for 4 heads', [node('Attention', ['x', 'x', 'x'], ['y'], q_num_heads=4,
                                                       kv_num_heads=4)], [], shape=(5, 6), opset=23)


def rotate(x, cos, sin):
    a, b = x[..., :cos.shape[-1]], x[..., cos.shape[-1]:2 * cos.shape[-1]]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos, x[..., 2 * cos.shape[-1]:]], -1)


angle = other(9, 2)
cos, sin = np.cos(angle), np.sin(angle)
row = np.array([[8, 1, 3, 0]])
good('rotary', (2, 4, 6), [node('RotaryEmbedding', ['x', 'c', 's', 'p'], ['y'], rotary_embedding_dim=4)],
     [const('c', cos), const('s', sin), const('p', row)], rotate(x, cos[row[0]], sin[row[0]]), opset=23)
x = image(2, 4, 12)
angle = other(1, 4, 3)
cos, sin = np.cos(angle), np.sin(angle)
pairs = heads(x, 2).reshape(2, 2, 4, 3, 2)
t = rotate(np.concatenate([pairs[..., 0], pairs[..., 1]], -1), cos[:, None], sin[:, None])
good('rotary_interleaved', (4, 12), [
    node('RotaryEmbedding', ['x', 'c', 's'], ['y'], num_heads=2, interleaved=1)], [const('c', cos), const('s', sin)],
    np.stack([t[..., :3], t[..., 3:]], -1).reshape(2, 2, 4, 6).transpose(0, 2, 1, 3).reshape(2, 4, 12), opset=23)
g = other(12)
good('rms', (4, 12), [node('RMSNormalization', ['x', 'g'], ['y'], epsilon=1e-3)], [const('g', g)],
     x / np.sqrt((x ** 2).mean(-1, keepdims=True) + 1e-3) * g, opset=23)

# ---- what ONNX Runtime's optimiser makes of a transformer
def fused(op, inputs, outputs, **attributes):
    return node(op, inputs, outputs, domain='com.microsoft', **attributes)


skip, b = other(4, 12), other(12)
t = F.gelu(T(F.layer_norm(T(x + skip), (12,), T(g), T(b), 1e-5).numpy()) + T(b))
t = F.gelu(t + T(b), approximate='tanh') * 1.5
t = (t * torch.sigmoid(1.702 * t)) @ T(x + skip).transpose(-1, -2) * 0.5
good('optimised', (4, 12), [
    fused('SkipLayerNormalization', ['x', 'skip', 'g', 'b'], ['n', '', '', 's'], epsilon=1e-5),
    fused('BiasGelu', ['n', 'b'], ['e']), fused('FastGelu', ['e', 'b'], ['f']), node('Mul', ['f', 'k'], ['m']),
    fused('QuickGelu', ['m'], ['q']), fused('FusedMatMul', ['q', 's'], ['y'], transB=1, alpha=0.5)],
    [const('skip', skip), const('g', g), const('b', b), const('k', np.float32(1.5))], t, opset=17)
x = image(2, 3, 4, 5)
w, b = weight(3, 3, 3, 3), weight(3)
good('optimised_conv', (3, 4, 5), [
    fused('FusedConv', ['x', 'w', 'b', 'x'], ['y'], activation='Relu', pads=[1, 1, 1, 1])],
    [const('w', w), const('b', b)], F.relu(F.conv2d(T(x), T(w), T(b), padding=1) + T(x)), opset=17)

# ---- quantised values: rounded half to even, cut off at the ends
def levels(x, scale, zero, low, high):
    return np.clip(np.round(x / scale) + zero, low, high).astype(np.float32)


s1, z1 = np.float32(1 / 64), np.int8(-5)
s3, z3 = np.float32([0.01, 0.02, 0.004]), np.uint8([0, 128, 7])
t = (levels(x, s1, z1, -128, 127) + 5) * s1
t = (levels(t, s3[:, None, None], z3.astype(np.float32)[:, None, None], 0, 255) - z3[:, None, None]) * s3[:, None, None]
good('quantised_image', (3, 4, 5), [
    node('QuantizeLinear', ['x', 's1', 'z1'], ['q']), node('MaxPool', ['q'], ['p'], kernel_shape=[1, 1]),
    node('DequantizeLinear', ['p', 's1', 'z1'], ['d']), node('QuantizeLinear', ['d', 's3', 'z3'], ['e'], axis=1),
    node('Transpose', ['e'], ['t'], perm=[0, 2, 3, 1]), node('DequantizeLinear', ['t', 's3', 'z3'], ['y'], axis=3)],
    [const('s1', s1), const('z1', z1), const('s3', s3), const('z3', z3)], t.transpose(0, 2, 3, 1))
w8, ws, b32 = rng.integers(-128, 128, (4, 3, 3, 3)).astype(np.int8), np.float32([0.01, 0.02, 0.03, 0.04]), \
    rng.integers(-999, 999, 4).astype(np.int32)
xq = levels(x, s1, 100, 0, 255)
t = F.conv2d(T((xq - 100) * s1), T(w8 * ws[:, None, None, None]), T(b32.astype(np.float32) * (s1 * ws)), padding=1)
good('quantised_conv', (3, 4, 5), [
    node('QuantizeLinear', ['x', 's1', 'zu'], ['q']),
    node('QLinearConv', ['q', 's1', 'zu', 'w8', 'ws', 'zw', 'so', 'zo', 'b32'], ['c'], pads=[1, 1, 1, 1]),
    node('DequantizeLinear', ['c', 'so', 'zo'], ['y'])],
    [const('s1', s1), const('zu', np.uint8(100)), const('w8', w8), const('ws', ws), const('zw', np.int8(4 * [0])),
     const('so', np.float32(0.25)), const('zo', np.uint8(120)), const('b32', b32)],
    (levels(t.numpy(), np.float32(0.25), 120, 0, 255) - 120) * np.float32(0.25))

# ---- cubic resizing, some dimensions only
sizes = [const('sizes', np.array([9, 8]))]
cubic = lambda **attributes: [node('Resize', ['x', '', '', 'sizes'], ['y'], mode='cubic', axes=[2, 3], **attributes)]
good('resize_cubic', (3, 4, 5), cubic(), sizes, F.interpolate(T(x), (9, 8), mode='bicubic'), opset=18)
good('resize_cubic_corners', (3, 4, 5), cubic(coordinate_transformation_mode='align_corners'), sizes,
     F.interpolate(T(x), (9, 8), mode='bicubic', align_corners=True), opset=18)
good('upsample', (3, 4, 5), [node('Upsample', ['x', 'scales'], ['y'])],
     [const('scales', np.float32([1, 1, 2, 3]))], np.repeat(np.repeat(x, 2, 2), 3, 3), opset=9)

# ---- photos with their channels last, and as bytes
w = weight(4, 3, 3, 3)
t = F.conv2d(T(image(2, 3, 17, 16) * np.float32(0.5) - 1), T(w), stride=4)
good('channels_last', (17, 16, 3), [
    node('Cast', ['x'], ['f'], to=1), node('Mul', ['f', 'half'], ['m']), node('Sub', ['m', 'one'], ['s']),
    node('Transpose', ['s'], ['n'], perm=[0, 3, 1, 2]), node('Conv', ['n', 'w'], ['c'], strides=[4, 4]),
    node('Transpose', ['c'], ['y'], perm=[0, 2, 3, 1])],
    [const('half', np.float32(0.5)), const('one', np.float32(1)), const('w', w)], t.permute(0, 2, 3, 1),
    kind=TensorProto.UINT8)


def c_bytes(name, data):
    print(f'static const unsigned char {name}[] = {{')
    for i in range(0, len(data), 24):
        print('    ' + ','.join(str(v) for v in data[i:i + 24]) + ',')
    print('};')


def c_floats(name, data):
    print(f'static const float {name}[] = {{')
    for i in range(0, len(data), 8):
        print('    ' + ', '.join(f'{v:.9g}f' if 'e' in f'{v:.9g}' or '.' in f'{v:.9g}'
                                 else f'{v:.9g}.0f' for v in data[i:i + 8]) + ',')
    print('};')


print('/* Made by make_onnx.py: models, and what they give for two images of sin(0.7 i). */')
print('#ifndef ODDLOT_ONNX_MODELS_H\n#define ODDLOT_ONNX_MODELS_H\n')
print('#include <stddef.h>\n\n/* clang-format off */')
for name, shape, data, expected in models:
    c_bytes(f'bytes_of_{name}', data)
    c_floats(f'result_of_{name}', expected.ravel())
for name, data, words in broken:
    c_bytes(f'broken_{name}', data)
print('''
static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
    const float *expected; /* of two images */
    size_t values;
    int rank;
    long shape[6];
} onnx_models[] = {''')
for name, shape, data, expected in models:
    dims = ', '.join(str(d) for d in expected.shape)
    print(f'    {{"{name}", bytes_of_{name}, sizeof bytes_of_{name}, result_of_{name}, '
          f'{expected.size}, {expected.ndim}, {{{dims}}}}},')
print('''};

static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
    const char *words; /* of the complaint */
} onnx_broken[] = {''')
for name, data, words in broken:
    print(f'    {{"{name}", broken_{name}, sizeof broken_{name}, "{words}"}},')
print('};\n/* clang-format on */\n\n#endif')
