#!/usr/bin/python3
"""Writes train_data.h: what PyTorch makes of a small network in five steps of each optimizer.

Run with Debian's python3-torch: make_train.py > train_data.h. Images, labels and initial weights are
formulas that test_train.c repeats."""
import math

import torch
from torch import nn

STEPS, IMAGES = 5, 6


def wave(shape, scale, speed, shift=0.0):
    count = math.prod(shape)
    return torch.tensor([shift + scale * math.sin(1 + speed * i) for i in range(count)],
                        dtype=torch.float32).reshape(shape)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, bias=False)  # before a batch norm its gradient is noise
        self.norm, self.dense = nn.BatchNorm2d(3), nn.Linear(27, 4)
        with torch.no_grad():
            self.conv.weight.copy_(wave((3, 2, 3, 3), 0.3, 0.7))
            self.norm.weight.copy_(wave((3,), 0.2, 0.5, 1.0))
            self.norm.bias.copy_(wave((3,), 0.1, 0.9))
            self.dense.weight.copy_(wave((27, 4), 0.3, 1.1).T)  # ours is (27, 4)
            self.dense.bias.copy_(wave((4,), 0.1, 1.3))

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        return self.dense(nn.functional.max_pool2d(x, 2).flatten(1))


def make(name, decay, **settings):
    torch.manual_seed(0)
    net = Network()
    weights = [net.conv.weight, net.dense.weight]
    rest = [net.norm.weight, net.norm.bias, net.dense.bias]
    groups = [{'params': weights, 'weight_decay': decay}, {'params': rest, 'weight_decay': 0}]
    clip = settings.pop('clip', 0)
    optimizer = getattr(torch.optim, name)(groups, **settings)
    images, labels = wave((IMAGES, 2, 8, 8), 1.0, 0.37), torch.arange(IMAGES) % 4
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    dense = net.dense.weight.detach().T
    values = [net.conv.weight, net.norm.weight, net.norm.bias, dense,
              net.dense.bias, net.norm.running_mean, net.norm.running_var]
    return losses, [v for t in values for v in t.detach().flatten().tolist()]


def show(numbers):
    return ', '.join(f'{x:.8g}' for x in numbers)


RUNS = [
    ('SGD', 0.0, dict(lr=0.1)),
    ('SGD', 0.01, dict(lr=0.05, momentum=0.9)),
    ('SGD', 0.0, dict(lr=0.05, momentum=0.8, nesterov=True)),
    ('Adam', 0.01, dict(lr=0.01)),
    ('AdamW', 0.1, dict(lr=0.01, betas=(0.8, 0.99))),
    ('SGD', 0.0, dict(lr=0.1, clip=0.5)),
]
print('/* Made by make_train.py with PyTorch ' + torch.__version__ + '. */')
print(f'enum {{ STEPS = {STEPS}, IMAGES = {IMAGES}, RUNS = {len(RUNS)} }};')
results = [make(name, decay, **dict(settings)) for name, decay, settings in RUNS]
print(f'enum {{ VALUES = {len(results[0][1])} }};')
print('static const double torch_loss[RUNS][STEPS] = {')
print(',\n'.join('{' + show(losses) + '}' for losses, _ in results) + '};')
print('/* Weights as the slots of a trainer, then running mean and variance. */')
print('static const float torch_values[RUNS][VALUES] = {')
print(',\n'.join('{' + ', '.join(f'{x:.8g}f' if '.' in f'{x:.8g}' else f'{x:.8g}.0f' for x in values)
                 + '}' for _, values in results) + '};')
