#!/usr/bin/env python3
"""The corpus of a fuzz target is one text file, an input in base64 on each line.

usage: corpus.py unpack corpus/TARGET.txt DIRECTORY
       corpus.py pack DIRECTORY corpus/TARGET.txt
"""

import base64
import hashlib
import pathlib
import sys


def unpack(text, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for line in text.read_text().split():
        data = base64.b64decode(line, validate=True)
        (directory / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(directory, text):
    inputs = {path.read_bytes() for path in directory.iterdir()}
    lines = [base64.b64encode(data).decode() for data in sorted(inputs, key=lambda d: (len(d), d))]
    text.write_text("".join(line + "\n" for line in lines))


if len(sys.argv) != 4 or sys.argv[1] not in ("pack", "unpack"):
    sys.exit(__doc__)
(pack if sys.argv[1] == "pack" else unpack)(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
