"""What can be changed in a C file so that a good test notices: the list of its mutants."""

import hashlib
import os
import re
from dataclasses import dataclass

from clang.cindex import CursorKind, Index

SWAPS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "/", "/": "*", "%": "*",
    "&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<=",
}  # fmt: skip
STATEMENTS = (CursorKind.CALL_EXPR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR, CursorKind.UNARY_OPERATOR)
# A statement that is one of these stands in a block, or is the body of one of these.
HOLDERS = (
    CursorKind.COMPOUND_STMT, CursorKind.IF_STMT, CursorKind.FOR_STMT, CursorKind.WHILE_STMT,
    CursorKind.DO_STMT, CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT,
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    file: str
    function: str
    start: int
    end: int
    text: str  # in place of what is from start to end
    line: int
    before: str  # the whole line, without the white space at its ends
    after: str
    nth: int  # of those that read the same in the same function

    def key(self):
        """Names it as long as the function and the line stay as they are."""
        again = f" #{self.nth}" if self.nth else ""
        return f"{self.file} {self.function}{again}: {self.before} -> {self.after}"

    def rank(self):
        """Puts mutants in an order that has nothing to do with where they are."""
        return hashlib.sha256(self.key().encode()).hexdigest()


class Finder:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.source = file.read().decode()
        assert self.source.isascii(), path  # offsets are in bytes
        self.function = ""
        self.found = {}
        self.seen = {}

    def add(self, start, end, text):
        line_start = self.source.rfind("\n", 0, start) + 1
        line_end = self.source.find("\n", start)
        before = self.source[line_start:line_end].strip()
        stop = max(end, self.source.find("\n", end))
        after = (self.source[line_start:start] + text + self.source[end:stop]).strip()
        same = (self.function, before, after)
        nth = self.seen.get(same, 0)
        if (start, end, text) in self.found:
            return
        self.seen[same] = nth + 1
        line = self.source.count("\n", 0, start) + 1
        self.found[start, end, text] = Mutant(
            self.path, self.function, start, end, text, line, before, after, nth
        )

    def is_here(self, node):
        where = node.extent.start
        return where.file is not None and os.path.normpath(where.file.name) == self.path

    def text_of(self, node):
        return self.source[node.extent.start.offset : node.extent.end.offset]

    def between(self, first, second):
        """The operator between two operands, with its place."""
        start = first.extent.end.offset
        end = second.extent.start.offset
        match = re.fullmatch(r"\s*([-+*/%&|^<>=!]+)\s*(?://.*\n\s*)?", self.source[start:end])
        if match:
            return match[1], start + match.start(1), start + match.end(1)
        return None, 0, 0

    def binary(self, node):
        operands = list(node.get_children())
        if len(operands) == 2:
            operator, start, end = self.between(*operands)
            if operator in SWAPS:
                self.add(start, end, SWAPS[operator])

    def literal(self, node):
        text = self.text_of(node)
        if not re.fullmatch(r"(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*", text):
            return  # the name of a macro
        value = int(text.rstrip("uUlL"), 0)
        start, end = node.extent.start.offset, node.extent.end.offset
        self.add(start, end, f"({text} + 1)")
        if value > 1:
            self.add(start, end, f"({text} - 1)")

    def unary(self, node):
        text = self.text_of(node)
        start, end = node.extent.start.offset, node.extent.end.offset
        if text.startswith("!"):
            self.add(start, start + 1, "")
        for one, other in (("++", "--"), ("--", "++")):
            if text.startswith(one):
                self.add(start, start + 2, other)
            elif text.endswith(one):
                self.add(end - 2, end, other)

    def condition(self, node):
        """if (name) and if (call()), which have no operator to swap."""
        first = next(node.get_children(), None)
        if first is not None and self.is_here(first) and first.kind != CursorKind.UNARY_OPERATOR:
            text = self.text_of(first)
            if re.fullmatch(r"[\w>.-]+(\([^&|<>=]*\))?", text):
                self.add(first.extent.start.offset, first.extent.end.offset, f"!({text})")

    def statement(self, node):
        is_assignment = node.kind == CursorKind.BINARY_OPERATOR and "=" in self.text_of(node)
        if node.kind in STATEMENTS or is_assignment:
            start, end = node.extent.start.offset, node.extent.end.offset
            if self.source[end:].lstrip().startswith(";"):
                self.add(start, end, "")

    def walk(self, node):
        if node.kind == CursorKind.FUNCTION_DECL:
            self.function = node.spelling
        for child in node.get_children():
            if not self.is_here(child):
                continue
            if self.function and node.kind in HOLDERS:
                self.statement(child)
            if self.function:
                self.mutate(child)
            self.walk(child)
        if node.kind == CursorKind.FUNCTION_DECL:
            self.function = ""

    def mutate(self, node):
        kind = node.kind
        if kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(node)
        elif kind == CursorKind.INTEGER_LITERAL:
            self.literal(node)
        elif kind == CursorKind.UNARY_OPERATOR:
            self.unary(node)
        elif kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT):
            self.condition(node)


def of(path, unit, flags):
    """The mutants of a file, as the translation unit sees it (for a header: one that includes it)."""
    parsed = Index.create().parse(unit, args=flags)
    errors = [d.spelling for d in parsed.diagnostics if d.severity >= 3]
    if errors:
        raise SystemExit(f"{unit}: {errors[0]}")
    finder = Finder(path)
    for node in parsed.cursor.get_children():
        if finder.is_here(node):
            finder.walk(node)
    return sorted(finder.found.values(), key=lambda mutant: (mutant.start, mutant.text))
