"""openamp.pyi against the module: the same names, and the same arguments.

A MicroPython with the module calls each function as its signature in the stub says that it may be
called, and as it says that it may not.
"""

import ast
import glob
import os
import re
import subprocess
from dataclasses import dataclass

MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "micropython")

# For each argument a value that it may have.
VALUES = {
    "name": "'main'", "entry": "'virtual_uart.elf'", "path": "'core.elf'", "data": "b'data'",
    "reason": "'it hangs'",
    "callback": "None", "handler": "None", "remote": "None", "kind": "None", "exception": "None",
    "trace": "None", "core": "0", "src": "-1", "dest": "-1", "timeout": "-1", "trigger": "1",
    "hard": "False", "write": "False", "announce": "True", "da": "RAM", "len": "4",
    "rxbuf": "-1", "eof": "True", "size": "-1", "nbytes": "-1", "buf": "bytearray(4)", "n": "4",
    "args": "()",
}  # fmt: skip
# How one gets the objects whose classes the module has no names for.
UNNAMED = {
    "_Stats": "remote().stats()", "_Memory": "remote().mem(RAM, 4, True)",
    "_EndpointStats": "endpoint().stats()", "_Message": "endpoint().hold()",
    "_SendBuffer": "endpoint().send_buffer()", "_RemoteTask": "task()",
}  # fmt: skip
# How a method with a name of Python's is used.
USES = {
    "__len__": "len(made)", "__getitem__": "(made[0], made[0:2])",
    "__setitem__": "made[0] = made[0]", "__buffer__": "memoryview(made)",
    "__iter__": "iter(made)", "__aiter__": "made", "__anext__": "made", "__await__": "made",
}  # fmt: skip
# What each class, module or object has.
EVERYWHERE = {"__class__", "__name__", "__bases__", "__dict__", "__init__", "__del__", "__module__",
              "__qualname__", "__aiter__", "__anext__", "__await__", "__iter__"}

PROGRAM = """\
import gc
import openamp

RAM = 0x20000000  # of the other core, on sim
held = []


def keep(made):
    held.append(made)
    return made


def nothing():
    return None


def remote():
    made = keep(openamp.RemoteProc("virtual_uart.elf"))
    made.start()
    return made


def endpoint():
    remote()
    made = keep(openamp.Endpoint("vuart-channel"))
    made.wait_ready()
    made.send("echo")
    while not made.any():
        pass  # whatever receives has a message
    return made


def task():
    async def nothing(ept):
        pass

    return openamp.async_remote(nothing)


def kind(value):
    return "function" if callable(value) and not isinstance(value, type) else type(value).__name__


def show(number, owner):
    for name in dir(owner):
        print(number, name, kind(getattr(owner, name)))


def probe(number, make, call):
    try:
        made = make()
        try:
            print(number, type(keep(call(made))).__name__)
        except TypeError:
            print(number, "refused")
        except OSError:
            print(number, "taken")  # and not carried out
    finally:
        while held:
            made = held.pop()
            if isinstance(made, openamp.Endpoint):
                made.deinit()
            elif isinstance(made, openamp.RemoteProc) and made not in held:
                try:
                    made.shutdown()
                except OSError:
                    pass  # it was


"""


@dataclass
class Function:
    owner: str  # a class, or "" for the module
    name: str
    places: list  # the arguments that have a place
    nameless: int  # of which so many have no name
    required: int  # and so many must be there
    names: list  # the arguments that have a name only
    static: bool
    attribute: bool
    result: str

    def __str__(self):
        return f"{self.owner}.{self.name}" if self.owner else self.name

    def made_by(self):
        if self.static or self.name == "__init__" or not self.owner:
            return "nothing"
        return "endpoint" if self.owner == "Endpoint" else "remote"

    def called(self):
        if self.name == "__init__":
            return f"openamp.{self.owner}"
        return f"openamp.{self}" if self.made_by() == "nothing" else f"made.{self.name}"

    def call(self, arguments):
        return f"made.{self.name}" if self.attribute else f"{self.called()}({arguments})"

    def good(self):
        """Arguments that it takes."""
        must = self.places[: self.required]
        yield [VALUES[a] for a in must]
        yield [VALUES[a] for a in self.places]
        yield [VALUES[a] for a in self.places[: self.nameless]] + [
            f"{a}={VALUES[a]}" for a in self.places[self.nameless :]]
        for name in self.names:
            yield [VALUES[a] for a in must] + [f"{name}={VALUES[name]}"]

    def bad(self):
        """Arguments that it refuses with a TypeError."""
        if self.attribute:
            return
        places = [VALUES[a] for a in self.places]
        yield places + ["None"]
        if self.required:
            yield places[: self.required - 1]
        for place in range(self.nameless):
            yield places[:place] + [f"{a}={VALUES[a]}" for a in self.places[place:]]
        for name in sorted(VALUES.keys() - {*self.places, *self.names}):
            yield places + [f"{name}={VALUES[name]}"]


def function_of(node, owner):
    arguments = node.args
    if (arguments.vararg and not owner.startswith("_")) or arguments.kwarg or None in arguments.kw_defaults:
        raise SystemExit(f"openamp.pyi: {node.name}: arguments of a kind that this test does not know")
    decorators = [d.id for d in node.decorator_list if isinstance(d, ast.Name)]
    static = "staticmethod" in decorators
    skip = 1 if owner and not static else 0
    places = [a.arg for a in arguments.posonlyargs + arguments.args]
    return Function(
        owner, node.name, places[skip:], max(len(arguments.posonlyargs) - skip, 0),
        len(places) - skip - len(arguments.defaults), [a.arg for a in arguments.kwonlyargs],
        static, "property" in decorators, ast.unparse(node.returns),
    )  # fmt: skip


def read(text):
    """({class, or "" for the module: {name: kind}}, functions) of a stub."""
    scopes = {"": {}}
    functions = []

    def add(node, owner):
        if isinstance(node, ast.AnnAssign):
            scopes[owner][node.target.id] = ast.unparse(node.annotation).replace("ModuleType", "module")
        elif isinstance(node, ast.FunctionDef):
            function = function_of(node, owner)
            if not function.attribute:  # only its objects have that
                scopes[owner][node.name] = "function"
            if not owner.startswith("_") and node.name not in USES:
                functions.append(function)
        elif isinstance(node, ast.AsyncFunctionDef):
            scopes[owner][node.name] = "function"  # test stream_asyncio.py calls it
        elif isinstance(node, ast.ClassDef):
            base = node.bases[0].id if node.bases else ""
            scopes[node.name] = dict(scopes.get(base, {})) if base else {}
            if not node.name.startswith("_"):
                scopes[owner][node.name] = "type"
            for member in node.body:
                add(member, node.name)

    for node in ast.parse(text).body:
        add(node, "")
    return scopes, functions


def argument_names():
    """Those of all functions of the module, as its sources have them."""
    names = set()
    for path in glob.glob(os.path.join(MODULE, "*.c")):
        with open(path, encoding="utf-8") as file:
            names.update(re.findall(r"\{MP_QSTR_(\w+), MP_ARG_", file.read()))
    return names


def is_result(declared, result):
    kinds = declared.replace("Optional[", "None|").rstrip("]").replace("'", "").split("|")
    return any(k.startswith("_") or k == "Any" or k.split("[")[0].replace("None", "NoneType").lower() == result.lower()
               for k in kinds)


def wrong_stub(text, micropython, env):
    """Where the stub and the module differ."""
    scopes, functions = read(text)
    calls = [(f, ", ".join(a), good)
             for f in functions for good, kind in ((True, f.good()), (False, f.bad())) for a in kind]
    program = PROGRAM
    for scope in scopes:
        if scope.startswith("_"):
            uses = "".join(f"    {USES[n]}\n" for n in scopes[scope] if n in USES)
            program += f"def use(made):\n    show('{scope}', made)\n{uses}\n"
            program += f"probe('uses', nothing, lambda _: use({UNNAMED[scope]}))\n"
        else:
            program += f"show('.{scope}', openamp{scope and '.' + scope})\n"
    for number, (function, arguments, _) in enumerate(calls):
        call = function.call(arguments)
        program += f"probe({number}, {function.made_by()}, lambda made: {call})\n"
    with open("stub_probe.py", "w", encoding="utf-8") as file:
        file.write(program)
    done = subprocess.run(
        [micropython, file.name], capture_output=True, text=True, env=env, timeout=120
    )
    if done.returncode != 0:
        return (done.stdout + done.stderr)[-500:]

    there = {scope: {} for scope in scopes}
    results = {}
    for line in done.stdout.splitlines():
        key, *words = line.split()
        if len(words) == 2:
            there[key.lstrip(".")][words[0]] = words[1]
        elif key == "uses" and words != ["NoneType"]:
            return f"a use of {', '.join(UNNAMED)}: {words}"
        elif key != "uses":
            results[int(key)] = words[0]
    wrong = [f"stub.py: no value for {name}" for name in sorted(argument_names() - VALUES.keys())]
    for scope, names in scopes.items():
        ours = {n: kind for n, kind in names.items() if n not in EVERYWHERE and n not in USES}
        theirs = {n: kind for n, kind in there[scope].items()
                  if n not in EVERYWHERE and not re.match("_[a-z]", n)}
        wrong += [f"{scope}.{n} is {theirs.get(n, 'not there')}, and the stub says {ours.get(n, 'nothing')}"
                  for n in sorted(ours.keys() | theirs.keys()) if ours.get(n) != theirs.get(n)]
    for number, (function, arguments, good) in enumerate(calls):
        result = results[number]
        if good and result != "taken" and not is_result(function.result, result) and not (
                function.name == "__init__" and result == function.owner) or not good and result != "refused":
            wrong.append(f"{function}({arguments}) gives {result}")
    return wrong
