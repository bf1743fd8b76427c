#!/usr/bin/python3
"""Write the inputs that fuzzing starts from, out of what the tests already have.

    make_seeds.py FOLDER    makes FOLDER/onnx, job, image, manifest"""
import glob
import os
import re
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ARRAY = re.compile(r"static const (?:unsigned char|uint8_t) (\w+)\[\] = \{(?: /\*.*?\*/)?([\d,\s]*)\};")

MANIFESTS = [
    "path,label,split,verified,group\na.png,cat,train,1,x\nb.png,dog,test,odd,y\n",
    'label,path\r\n"a ""quoted"", label","with, comma.jpg"\r\n\r\n,two\r\n',
    "\ufeffpath\n/etc/passwd\n../up.png\n",
    "path;label\na.png;x\n",
    "path,path\na,b\n",
    'path,verified\n"not closed,no\n',
    "label\nno path\n",
    "sep=;\r\npath; label\r\na.png; x\r\n./a.png; x\r\n",
    "path\tgroup\ra.png\t1\ra.png\t2\r",
]


def arrays(header, prefix):
    """(name, bytes) of the C arrays in a header of the tests."""
    with open(os.path.join(SOURCE, "tests", header)) as file:
        found = [(name, bytes(int(number) for number in numbers.split(",") if number.strip()))
                 for name, numbers in ARRAY.findall(file.read()) if name.startswith(prefix)]
    assert found, header
    return found


def jobs():
    for path in glob.glob(os.path.join(SOURCE, "jobs/*.yaml")):
        with open(path, "rb") as file:
            yield os.path.basename(path), file.read()


def write(folder, seeds):
    os.makedirs(folder, exist_ok=True)
    for name, content in seeds:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def main(folder):
    onnx = [seed for prefix in ("bytes_of_", "broken_") for seed in arrays("nn/onnx_models.h", prefix)]
    write(os.path.join(folder, "onnx"), onnx)
    write(os.path.join(folder, "job"), jobs())
    images = arrays("image/decode_data.h", "file_") + arrays("image/formats_data.h", "formats_file_")
    write(os.path.join(folder, "image"), images)
    write(os.path.join(folder, "manifest"),
          [(f"{i}.csv", text.encode()) for i, text in enumerate(MANIFESTS)])


main(sys.argv[1])
