"""What docs/tutorial.md prints: its blocks, and what the programs to start from must print."""

import os
import re

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BLOCK = re.compile(r"(?:as `([\w./]+)`:\n\n)?^```(\w+)\n(.*?)^```\n", re.S | re.M)


def page():
    with open(os.path.join(ROOT, "docs/tutorial.md"), encoding="utf-8") as file:
        return file.read()


def steps(text):
    """(kind, name of the file or None, contents, what it must print or None) of each block."""
    found = [m.groups() for m in BLOCK.finditer(text)]
    for (name, kind, contents), (_, next_kind, next_contents) in zip(found, found[1:] + [("", "", "")]):
        if kind != "text":
            yield kind, name, contents, next_contents if next_kind == "text" else None


def starters():
    """{example: what it prints} of those that the page copies, builds and runs."""
    return {m[1]: re.sub(r"^openamp: .*\n", "", expected, flags=re.M)
            for _, _, contents, expected in steps(page())
            for m in re.finditer(r"openamp/examples/(\w+)\.py", contents)}
