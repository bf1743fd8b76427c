#!/usr/bin/python3
"""Does jobs/backbones/export.py read weights as people have them, and refuse what does not fit?

    weights.py    CTest gives ODD_SCRATCH"""
import os
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPORT = os.path.join(SOURCE, "jobs/backbones/export.py")
sys.path.insert(0, os.path.dirname(EXPORT))
sys.dont_write_bytecode = True
try:
    import torch
    import torchvision
    import export
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def same(name, path, net):
    """The weights of `net`, saved in `path`, come out of load()."""
    loaded, _ = export.load(name, path)
    mine, wanted = loaded.net.state_dict(), net.state_dict()
    assert all(torch.equal(mine[key], wanted[key]) for key in wanted), (name, path)


def run(*words):
    return subprocess.run([sys.executable, EXPORT, *words], capture_output=True, text=True)


def torchvision_weights():
    net = torchvision.models.mobilenet_v2(num_classes=7)
    torch.save(net.state_dict(), "plain.pth")
    same("mobilenet-v2", "plain.pth", net)
    torch.save({"epoch": 3, "state_dict": {"module." + key: value for key, value in net.state_dict().items()}},
               "checkpoint.pth")
    same("mobilenet-v2", "checkpoint.pth", net)


def inception_with_a_class_for_nothing():
    net = export.InceptionV4(1001)
    assert sum(value.numel() for value in export.InceptionV4(1000).parameters()) == 42679816  # 42.68 million
    torch.save(net.state_dict(), "background.pth")
    loaded, _ = export.load("inception-v4", "background.pth")
    assert torch.equal(loaded.net.last_linear.weight, net.last_linear.weight[1:])


class Payload:
    """What a pickle from a stranger could do."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


def refused():
    torch.save(torchvision.models.resnet50(num_classes=7).state_dict(), "resnet.pth")
    torch.save({"weights": Payload()}, "hostile.pth")
    for weights, text in (("resnet.pth", "does not fit mobilenet-v2"), ("hostile.pth", "cannot be read"),
                          ("none.pth", "cannot be read")):
        done = run("mobilenet-v2", "refused.onnx", "--weights", weights)
        assert done.returncode == 1 and text in done.stderr, (weights, done)
        assert "Traceback" not in done.stderr, done.stderr
    assert not os.path.exists("unpickled") and not os.path.exists("refused.onnx")


def same_seed_same_file():
    for path in ("one.onnx", "two.onnx"):
        done = run("mobilenet-v2", path, "--seed", "3")
        assert done.returncode == 0 and "NOT TRAINED" in done.stdout, done
    with open("one.onnx", "rb") as one, open("two.onnx", "rb") as two:
        model = one.read()
        assert model == two.read() and b"seeded random (seed 3), NOT TRAINED" in model


os.makedirs(os.path.join(os.environ["ODD_SCRATCH"], "weights"), exist_ok=True)
os.chdir(os.path.join(os.environ["ODD_SCRATCH"], "weights"))
for case in (torchvision_weights, inception_with_a_class_for_nothing, refused, same_seed_same_file):
    case()
    print(f"{case.__name__}: passed", flush=True)
