"""Check, without a network, that the lock files hold what pyproject.toml and package.json ask for."""

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RENEW = "run `make lock`"


def problems(root: Path) -> Iterator[str]:
    """Yield a sentence for every dependency that is not locked as asked, and every address in a lock file."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    run, dev = project["dependencies"], project["optional-dependencies"]["dev"]
    for name, asked in (("run", run), ("dev", [*run, *dev])):
        yield from _python(root / "requirements" / f"{name}.txt", asked)
    yield from _node(root)


def _python(lock: Path, asked: list[str]) -> Iterator[str]:
    text = lock.read_text()
    locked = dict(_pins(text))
    for each in map(Requirement, asked):
        version = locked.get(canonicalize_name(each.name))
        if version is None or not each.specifier.contains(version, prereleases=True):
            yield f"{lock.name}: {each} is asked for, {version or 'nothing'} is locked; {RENEW}"
    if "://" in text:
        yield f"{lock.name}: names the address of a package index; {RENEW}"


def _pins(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, version) of every pinned package."""
    for line in text.splitlines():
        name, found, rest = line.partition("==")
        if found and not line.startswith((" ", "#")):
            yield canonicalize_name(name), rest.split()[0]


def _node(root: Path) -> Iterator[str]:
    asked = json.loads((root / "package.json").read_text())
    lock = json.loads((root / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        if asked.get(kind, {}) != lock[""].get(kind, {}):
            yield f"package-lock.json: its {kind} differ from package.json's; {RENEW}"
    for name, package in lock.items():
        if "resolved" in package:
            yield f"package-lock.json: {name} names the address of a registry; {RENEW}"


def main() -> int:
    """Print the problems; return the exit code."""
    found = list(problems(ROOT))
    print("\n".join(found) or "locks: the lock files hold what is asked for")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
