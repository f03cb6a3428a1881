"""Takes the filters by programme out of the code, one at a time, in the running process.

A *site* is a keyword such as ``programme=`` in a call of filter(), get() or exclude(), or a condition
``programme_id = …`` in a statement of SQL. Taking it out changes the code of the one function it stands in, or the
one constant; :func:`without` puts it back.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import rapport

ROOT = Path(rapport.__file__).parent
NOT_OURS = {"tests", "migrations", "demo", "simulation", "conftest.py", "row_security.py"}
READS = ("filter", "get", "exclude")
IN_SQL = re.compile(r"\b(?:\w+\.)?programme_id = (%\(programme\)s|%s|:programme)")
Key = tuple[str, str, int]  # file, qualified name, first line


@dataclass(frozen=True)
class Site:
    """One filter: where it stands, and the function or the constant it is part of."""

    file: str
    line: int
    column: int
    what: str
    owner: str  # a function's qualified name, or a constant's name
    is_constant: bool = False
    number: int = 0  # of the condition within its text

    def __str__(self) -> str:
        return f"{Path(self.file).relative_to(ROOT)}:{self.line} {self.owner} {self.what}"


def sites() -> list[Site]:
    """Return every filter by programme that our code has."""
    found: list[Site] = []
    for path in sorted(ROOT.rglob("*.py")):
        if not NOT_OURS & set(path.parts):
            finder = _Finder(str(path))
            finder.visit(ast.parse(path.read_text()))
            found += finder.found
    return found


def _is_filter(keyword: ast.keyword) -> bool:
    return keyword.arg is not None and bool({"programme", "programme_id"} & set(keyword.arg.split("__")))


class _Finder(ast.NodeVisitor):
    def __init__(self, file: str) -> None:
        self.file, self.found, self.inside = file, list[Site](), list[str]()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within(node, node.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within(node, node.name)

    def visit_Assign(self, node: ast.Assign) -> None:
        is_top = not self.inside and isinstance(node.targets[0], ast.Name)
        if is_top and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
            for number in range(len(IN_SQL.findall(node.value.value))):
                self.found.append(Site(self.file, node.lineno, number, "in SQL", name, True, number))
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in READS and self.inside:
            for keyword in filter(_is_filter, node.keywords):
                what = f"{node.func.attr}({keyword.arg}=)"
                self.found.append(Site(self.file, keyword.lineno, keyword.col_offset, what, self._owner()))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and self.inside:
            for number in range(len(IN_SQL.findall(node.value))):
                self.found.append(
                    Site(self.file, node.lineno, node.col_offset, "in SQL", self._owner(), number=number)
                )

    def _owner(self) -> str:
        return ".".join(self.inside)

    def _within(self, node: ast.FunctionDef | ast.ClassDef, name: str) -> None:
        self.inside.append(name)
        self.generic_visit(node)
        self.inside.pop()


class _Taker(ast.NodeTransformer):
    def __init__(self, site: Site) -> None:
        self.site = site

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        place = (self.site.line, self.site.column)
        node.keywords = [each for each in node.keywords if (each.lineno, each.col_offset) != place]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        here = (node.lineno, node.col_offset) == (self.site.line, self.site.column)
        if here and isinstance(node.value, str):
            return ast.copy_location(ast.Constant(opened(node.value, self.site.number)), node)
        return node


def opened(text: str, number: int) -> str:
    """Return SQL without its condition of this number: the value is asked for still, and admits every row."""
    found = list(IN_SQL.finditer(text))[number]
    value = found.group(1)
    return f"{text[: found.start()]}({value} IS NOT NULL){text[found.end() :]}"


def functions() -> dict[Key, list[FunctionType]]:
    """Return the functions of our code that live in this process, by where they were written."""
    found: dict[Key, list[FunctionType]] = {}
    gc.unfreeze()  # what was frozen, as a process that serves does, is among no objects
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename.startswith(str(ROOT)):
            found.setdefault(key_of(each.__code__), []).append(each)
    return found


def key_of(code: CodeType) -> Key:
    """Return where code was written."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def outermost(qualified: str) -> str:
    """Return the function (or method) that holds nested ones."""
    return qualified.partition(".<locals>")[0]


@contextmanager
def without(site: Site, known: dict[Key, list[FunctionType]]) -> Iterator[None]:
    """Take the filter out for the block."""
    if site.is_constant:
        module: Any = next(one for one in list(sys.modules.values()) if getattr(one, "__file__", "") == site.file)
        text = getattr(module, site.owner)
        setattr(module, site.owner, opened(text, site.number))
        yield
        setattr(module, site.owner, text)
        return
    tree = ast.fix_missing_locations(_Taker(site).visit(ast.parse(Path(site.file).read_text())))
    changed = {key_of(code): code for code in _codes(compile(tree, site.file, "exec", dont_inherit=True))}
    before: list[tuple[FunctionType, CodeType]] = []
    for key, held in known.items():
        if key[0] == site.file and key in changed:
            before += [(one, one.__code__) for one in held]
    try:
        for function, code in before:
            function.__code__ = changed[key_of(code)]
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)
