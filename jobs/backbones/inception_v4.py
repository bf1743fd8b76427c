"""Inception-v4 in plain PyTorch modules (Szegedy, Ioffe, Vanhoucke and Alemi 2016, figures 3 to 9).

Modules are named as in the weights that people have, those of timm and of Cadene's pretrained-models:
features.0.conv.weight, features.0.bn.weight, ..., last_linear.bias. So layers have numbers, branches are
`branch0`, `branch1`, ..., and the forks of cell C are `branch1_1a`, `branch1_1b` and so on.
"""
import torch
from torch import nn


class Unit(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, same=False):
        super().__init__()
        rows, columns = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        pad = (rows // 2, columns // 2) if same else 0
        self.conv = nn.Conv2d(inputs, outputs, (rows, columns), stride, pad, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


def same(inputs, outputs, kernel):
    """A unit that keeps rows and columns."""
    return Unit(inputs, outputs, kernel, same=True)


def row(inputs, *units):
    """Units one after the other: (outputs, kernel) keeps rows and columns, (outputs, kernel, stride) pads
    nothing."""
    made = []
    for outputs, kernel, *stride in units:
        made.append(Unit(inputs, outputs, kernel, *stride) if stride else same(inputs, outputs, kernel))
        inputs = outputs
    return nn.Sequential(*made)


def averaged(inputs, outputs):
    """The branch that every cell has: mean of the neighbours that are there, then 1x1."""
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), same(inputs, outputs, 1))


def halved():
    return nn.MaxPool2d(3, 2)


class Cell(nn.Module):
    """Branches that all see the same input; their channels are joined in the order given."""

    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


def cell(*branches):
    return Cell(**{f"branch{i}": branch for i, branch in enumerate(branches)})


def stem():
    """Figure 3: 299x299x3 to 35x35x384."""
    return [
        Unit(3, 32, 3, 2),
        Unit(32, 32, 3),
        same(32, 64, 3),
        Cell(maxpool=halved(), conv=Unit(64, 96, 3, 2)),
        cell(row(160, (64, 1), (96, 3, 1)), row(160, (64, 1), (64, (1, 7)), (64, (7, 1)), (96, 3, 1))),
        Cell(conv=Unit(192, 192, 3, 2), maxpool=halved()),
    ]


def cell_a():
    """Figure 4: 35x35x384."""
    return cell(same(384, 96, 1), row(384, (64, 1), (96, 3)), row(384, (64, 1), (96, 3), (96, 3)), averaged(384, 96))


def reduction_a():
    """Figure 7: 35x35x384 to 17x17x1024."""
    return cell(Unit(384, 384, 3, 2), row(384, (192, 1), (224, 3), (256, 3, 2)), halved())


def cell_b():
    """Figure 5: 17x17x1024."""
    return cell(same(1024, 384, 1), row(1024, (192, 1), (224, (1, 7)), (256, (7, 1))),
                row(1024, (192, 1), (192, (7, 1)), (224, (1, 7)), (224, (7, 1)), (256, (1, 7))), averaged(1024, 128))


def reduction_b():
    """Figure 8: 17x17x1024 to 8x8x1536."""
    return cell(row(1024, (192, 1), (192, 3, 2)), row(1024, (256, 1), (256, (1, 7)), (320, (7, 1)), (320, 3, 2)),
                halved())


class CellC(nn.Module):
    """Figure 6: 8x8x1536. Two of its branches fork at their ends."""

    def __init__(self):
        super().__init__()
        self.branch0 = same(1536, 256, 1)
        self.branch1_0 = same(1536, 384, 1)
        self.branch1_1a, self.branch1_1b = same(384, 256, (1, 3)), same(384, 256, (3, 1))
        self.branch2_0, self.branch2_1 = same(1536, 384, 1), same(384, 448, (3, 1))
        self.branch2_2 = same(448, 512, (1, 3))
        self.branch2_3a, self.branch2_3b = same(512, 256, (1, 3)), same(512, 256, (3, 1))
        self.branch3 = averaged(1536, 256)

    def forward(self, x):
        one = self.branch1_0(x)
        two = self.branch2_2(self.branch2_1(self.branch2_0(x)))
        return torch.cat([self.branch0(x), self.branch1_1a(one), self.branch1_1b(one), self.branch2_3a(two),
                          self.branch2_3b(two), self.branch3(x)], 1)


class InceptionV4(nn.Module):
    """Figure 9. `features` makes the 8x8x1536 map of a 299x299 image, `last_linear` the logits of its mean."""

    def __init__(self, classes=1000):
        super().__init__()
        self.features = nn.Sequential(*stem(), *[cell_a() for _ in range(4)], reduction_a(),
                                      *[cell_b() for _ in range(7)], reduction_b(), *[CellC() for _ in range(3)])
        self.last_linear = nn.Linear(1536, classes)

    def forward(self, x):
        return self.last_linear(self.features(x).mean((2, 3)))
