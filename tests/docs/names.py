"""What the documentation names, compared with the code: each function returns a list of what is wrong."""

import glob
import os
import re

import tutorial

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# Paths in the documentation that are not ours: in MicroPython's tree, or made by a build or a user.
FOREIGN = re.compile(r"(openamp\.py|my_firmware\.c|host\.py|remote\.py|openamp|build|hello|(?:micropython/)?ports/unix|ports/stm32|ports/myboard|shared|include/linux)(/|$)"
                     r"|(.*[/_])?(NAME|BOARD|TARGET)\b")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def wrong_paths(text, folder="docs"):
    """Files and folders that are mentioned in code quotes or links, and do not exist."""
    quoted = re.findall(r"`([\w.*-]+(?:/[\w.*-]*)+)`", text)
    quoted += re.findall(r"`([\w-]+\.(?:c|h|py|md|rst|mk|S|ld))`", text)
    quoted += [p for p in re.findall(r"\]\(([^)#:\s]+)", text)]
    made = {name for _, name, _, _ in tutorial.steps(text)}  # files that the page tells to write
    wrong = []
    for path in sorted(set(quoted) - made):
        here = [os.path.join(ROOT, base, path) for base in ("", "docs", folder)]
        if not FOREIGN.match(path) and not any(glob.glob(p) for p in here):
            # A bare file name may be any file of ours.
            if "/" in path or not any(glob.glob(os.path.join(ROOT, top, "**", path), recursive=True)
                                      for top in os.listdir(ROOT) if top != "build"):
                wrong.append(f"{path} does not exist")
    return wrong


def wrong_symptoms(text, said):
    """What is quoted in the first column of tables, and is not said."""
    return [quoted + " is not what is said"
            for quoted in re.findall(r"^\| `([^|]*)` \|", text, re.M) if quoted not in said]


def header_names(text):
    """The functions (also static inline ones) that a header declares."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*|^\s*#.*?(?<!\\)$", "", text, flags=re.S | re.M)
    code = re.sub(r"\(\s*\*[^)]*\)\s*\([^()]*\)", "", code)  # function pointers
    return set(re.findall(r"\b(amp_\w+)\s*\(", code))


def wrong_c_names(docs, headers, sources):
    """Public functions that no document mentions, and names in documents that no source has."""
    wrong = [f"{n}() is not documented" for n in sorted(header_names(headers))
             if not re.search(rf"\b{n}\b", docs)]
    words = set(re.findall(r"\b\w+\b", sources))
    for name in sorted(set(re.findall(r"\b(?:amp_[a-z_0-9]+|AMP_[A-Z_0-9]+|OPENAMP_[A-Z_]+|"
                                      r"MICROPY_PY_OPENAMP_[A-Z_]+)\b(?!\*)", docs))):
        if name not in words and not name.endswith("_"):
            wrong.append(f"{name} is in no source")
    return wrong


def wrong_settings(docs, sources):
    """Compile-time options and environment variables that no document mentions."""
    names = set(re.findall(r"#ifndef ((?:AMP_CONFIG|MICROPY_PY_OPENAMP)_\w+)", sources))
    names |= set(re.findall(r'getenv\("(\w+)"\)', sources))
    return [f"{n} is not documented" for n in sorted(names) if not re.search(rf"\b{n}\b", docs)]


def wrong_python_names(rst, names):
    """Names of the module without a directive in the reference, and the other way round."""
    directives = r"^ *\.\. (?:class|method|function|data):: ([\w.]+)"
    documented = set(re.findall(directives, rst, re.M))
    return [f"{n} is not documented" for n in sorted(names - documented)] + [
        f"{n} is documented and not there" for n in sorted(documented - names)]


def wrong_numbers(docs):
    """Numbers in the documents that are defined in a header: `NAME` (NUMBER)."""
    wrong = []
    defines = {}
    sums = {}  # of a name that comes before, and a number
    for path in glob.glob(os.path.join(ROOT, "include/openamp/*.h")) + [
            os.path.join(ROOT, "ports/sim/board.h"), *glob.glob(os.path.join(ROOT, "core/*.h"))]:
        text = read(path)
        for name, value in re.findall(r"#define (AMP_\w+) (?:UINT32_C\()?(0x[0-9A-Fa-f]+|\d+)\b",
                                      text) + re.findall(r"\b(AMP_\w+) = (\d+)\b", text):
            defines[name] = int(value, 0)
        sums.update({name: (first, more) for name, first, more in re.findall(
            r"^#define (AMP_\w+) \(?(AMP_\w+)(?: \+ (0x[0-9A-Fa-f]+)\))?$", text, re.M)})
    for name, (first, more) in sums.items():
        if first in defines:
            defines[name] = defines[first] + int(more or "0", 0)
    found = 0
    for name, number in re.findall(r"`(AMP_\w+)`+ \((0x[0-9A-Fa-f]+|\d+)\)", docs):
        found += 1
        if defines.get(name) != int(number, 0):
            wrong.append(f"{name} is {defines.get(name)}, not {number}")
    return wrong if found else ["no number is given with its name"]
