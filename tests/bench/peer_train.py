#!/usr/bin/python3
"""Time an epoch of Adam in PyTorch over random images: peer_train.py NETWORK n=512 batch=256 [threads=2].

NETWORK is one of `oddlot bench train`: cnn, autoencoder, lenet, dense; the same layers, batch and optimizer. Or
efficientnet-b0, torchvision's, without dropout; layout=last: channels last, which PyTorch is faster with."""
import json
import sys
import time

import torch
from torch import nn


class Normalize(nn.Module):
    def forward(self, x):
        return nn.functional.normalize(x)


def cnn():
    return nn.Sequential(nn.Conv2d(1, 8, 5), nn.LeakyReLU(0.01), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5),
                         nn.LeakyReLU(0.01), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1352, 2))


def autoencoder():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, 2, 2), nn.ReLU(), nn.Conv2d(32, 64, 5, 2, 2), nn.ReLU(), nn.Conv2d(64, 128, 3, 2),
        nn.ReLU(), nn.Flatten(), nn.Linear(1152, 10), Normalize(), nn.Linear(10, 1152), nn.ReLU(),
        nn.Unflatten(1, (128, 3, 3)), nn.ConvTranspose2d(128, 64, 3, 2), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 5, 2, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 5, 2, 2, 1))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def dense():
    widths = [784, 500, 500, 2000, 10, 2000, 500, 500, 784]
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(a, b)] + ([nn.LeakyReLU()] if b not in (10, 784) else [])
    return nn.Sequential(*layers)


def efficientnet_b0():
    import torchvision
    return torchvision.models.efficientnet_b0(num_classes=10, dropout=0., stochastic_depth_prob=0.)


NETWORKS = {"efficientnet-b0": (efficientnet_b0, (3, 224, 224)),
            "cnn": (cnn, (1, 64, 64)), "autoencoder": (autoencoder, (1, 28, 28)), "lenet": (lenet, (1, 28, 28)),
            "dense": (dense, (784,))}


def main():
    name, *rest = sys.argv[1:]
    words = dict(word.split("=") for word in rest)
    n, batch, threads = int(words["n"]), int(words["batch"]), int(words.get("threads", 2))
    torch.set_num_threads(threads)
    make, shape = NETWORKS[name]
    net, x, y = make(), torch.rand(n, *shape), torch.randint(0, 2, (n,))
    if words.get("layout") == "last":
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def loss(first):
        images = x[first:first + batch]
        if name in ("cnn", "lenet", "efficientnet-b0"):
            return nn.functional.cross_entropy(net(images), y[first:first + batch])
        return ((net(images) - images) ** 2).mean()

    def epoch():
        started, cpu = time.perf_counter(), time.process_time()
        for first in range(0, n - batch + 1, batch):
            optimizer.zero_grad()
            loss(first).backward()
            optimizer.step()
        return time.perf_counter() - started, time.process_time() - cpu

    epoch()
    seconds, cpu = epoch()
    print(json.dumps({"case": "train", "peer": f"torch {torch.__version__}", "network": name, "n": n, "batch": batch,
                      "threads": threads, "seconds": round(seconds, 4), "cpu_seconds": round(cpu, 4),
                      "seconds_per_1000": round(1000 * seconds / (n // batch * batch), 4)}))


if __name__ == "__main__":
    main()
