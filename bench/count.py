"""Counting instructions: runs bench/cost.c under callgrind and reads what callgrind wrote.

The C library chooses its memcpy() by the processor.  It is told here to take the plainest, so that
the figures are the same on every x86-64.
"""

import collections
import concurrent.futures
import os
import re
import subprocess
import tempfile

TUNABLES = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-SSSE3"
# A function begins in the first column and ends at a brace there.
FUNCTION = re.compile(r"^[A-Za-z_][^;=#]*?\b(\w+)\([^;]*?\)\s*\{$.*?^\}", re.M | re.S)

Count = collections.namedtuple("Count", "messages total copies functions")


class Sources:
    """Which function of our sources a line belongs to, also where the compiler inlined it."""

    def __init__(self):
        self.files = {}

    def function(self, path, line):
        if path not in self.files:
            lines = {}
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
            except OSError:
                text = ""
            for match in FUNCTION.finditer(text):
                first = text.count("\n", 0, match.start()) + 1
                for number in range(first, first + match[0].count("\n") + 1):
                    lines[number] = match[1]
            self.files[path] = lines
        return self.files[path].get(line)


def read_profile(text, sources):
    """What callgrind counted by itself in each function: {function: instructions}."""
    names = {"fn": {}, "fl": {}}
    costs = collections.Counter()
    current = {"fn": "", "fl": ""}
    line = 0
    after_calls = False
    for row in text.splitlines():
        match = re.match(r"(fn|fl|fi|fe)=\((\d+)\)(?: (.*))?$", row)
        if match:
            kind = "fn" if match[1] == "fn" else "fl"
            if match[3] is not None:
                names[kind][match[2]] = match[3]
            current[kind] = names[kind][match[2]]
        elif row.startswith("cfn=") or row.startswith(("cfi=", "cfl=")):
            match = re.match(r"(cfn|cfi|cfl)=\((\d+)\) (.*)$", row)
            if match:
                names["fn" if match[1] == "cfn" else "fl"][match[2]] = match[3]
        elif row.startswith("calls="):
            after_calls = True
        elif re.match(r"[+*\-\d]", row):
            place, _, cost = row.partition(" ")
            line = line if place == "*" else line + int(place) if place[0] in "+-" else int(place)
            if not after_calls:
                inlined = sources.function(current["fl"], line)
                costs[inlined or re.split("['@]", current["fn"])[0]] += int(cost)
            after_calls = False
    return costs


def is_copy(function):
    return re.search(r"memcpy|memmove", function) is not None


def count(program, *arguments):
    """Instructions of `cost ARGUMENTS`, all that it measured."""
    env = dict(os.environ, GLIBC_TUNABLES=TUNABLES)
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind")
        command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured_*",
                   "--callgrind-out-file=" + out, program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=env)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        with open(out, encoding="utf-8") as file:
            text = file.read()
    functions = read_profile(text, Sources())
    messages = int(re.search(r"measured (\d+)", done.stdout)[1])
    total = int(re.search(r"^totals: (\d+)", text, re.M)[1])
    if sum(functions.values()) != total:
        raise SystemExit(f"callgrind's parts make {sum(functions.values())}, its whole is {total}")
    copies = sum(cost for name, cost in functions.items() if is_copy(name))
    return Count(messages, total, copies, functions)


def count_all(program, runs):
    """{name: Count} of {name: arguments}, on all processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(lambda arguments: count(program, *arguments), runs.values())
        return dict(zip(runs, counts))
