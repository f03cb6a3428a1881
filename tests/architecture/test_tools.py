"""Our own checks find what they are for."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_everything_is_within_its_size_budget() -> None:
    assert list(load("sizes").offenders(ROOT)) == []


def test_a_long_file_and_a_long_function_are_named(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "long.py").write_text("def grown():\n" + "    x = 1\n" * 500)

    found = list(load("sizes").offenders(tmp_path))

    assert found == [
        "src/long.py: 501 lines, 500 allowed",
        "src/long.py:1: grown() has 501 lines, 60 allowed",
    ]


def test_a_dependency_that_is_not_locked_is_named(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    project = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(project.replace('"jinja2~=3.1"', '"jinja2~=9.9"'))

    found = list(load("locks").problems(tmp_path))

    assert [each.partition(" ")[0] for each in found] == ["run.txt:", "dev.txt:"]
    assert all("jinja2~=9.9" in each for each in found)


def test_the_lock_files_hold_what_is_asked_for() -> None:
    assert list(load("locks").problems(ROOT)) == []


def test_no_migration_is_missing() -> None:
    assert load("migrations").missing() == []
