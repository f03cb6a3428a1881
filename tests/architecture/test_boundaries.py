"""The boundaries of the house hold, and the machine that checks them does notice a breach."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(root: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    only_code = shutil.ignore_patterns("static", "templates", "__pycache__", "migrations")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=only_code)
    (tmp_path / "src/rapport/desk/__init__.py").touch()
    return tmp_path


def test_planted_breaches_are_found(copy: Path) -> None:
    """A low module reaching up to a screen, another's models, and Django in the numbers: all three at once."""
    (copy / "src/rapport/routing/planted.py").write_text("import rapport.desk\nimport rapport.accounts.models\n")
    (copy / "src/rapport/numeric/planted.py").write_text("import django\n")

    found = lint(copy)

    assert found.returncode == 1
    words = " ".join(found.stdout.split())
    assert "rapport.routing.planted -> rapport.desk" in words
    assert "rapport.routing.planted -> rapport.accounts.models" in words
    assert "rapport.numeric.planted -> django" in words


def test_every_module_with_models_keeps_them_to_itself() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    guarded = {name for each in contracts if each["type"] == "protected" for name in each["protected_modules"]}
    models = {
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        for path in (ROOT / "src").rglob("models.py")
    }
    assert models == guarded
