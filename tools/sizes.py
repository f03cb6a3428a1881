"""Size budgets: files of at most 500 lines, functions of at most 60. Prints every offender."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 500, 60
FOLDERS = ("src", "tests", "tools", "benchmarks")


def offenders(root: Path) -> Iterator[str]:
    """Yield a sentence for everything that is over its budget; migrations are exempt."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _in_file(path, str(path.relative_to(root)))
    for path in sorted((root / "src").rglob("static/**/*.js")):
        yield from _too_long(path.read_text(), str(path.relative_to(root)))


def _too_long(text: str, name: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines, {FILE_LINES} allowed"


def _in_file(path: Path, name: str) -> Iterator[str]:
    text = path.read_text()
    yield from _too_long(text, name)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name}() has {lines} lines, {FUNCTION_LINES} allowed"


def main() -> int:
    """Print the offenders; return the exit code."""
    found = list(offenders(Path(__file__).resolve().parent.parent))
    print("\n".join(found) or f"sizes: all files and functions are within {FILE_LINES} and {FUNCTION_LINES} lines")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
