"""Ask the public lists of known faults about what we depend on: part of `make check`.

Both lists are on the network and no package carries them. Where they cannot be reached this says so in one line
and fails nothing; a known fault fails.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60
Found = list[str] | None  # None: nobody could be asked


def python_faults(root: Path) -> Found:
    """Return the known faults of the locked Python packages."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(root / "requirements/run.txt")]
    told = _json([*command, "--disable-pip", "--require-hashes", "--format", "json", "--timeout", "10"], root)
    if told is None or "dependencies" not in told:
        return None
    return [
        f"{one['name']} {one.get('version', '')}: {fault['id']}"
        for one in told["dependencies"]
        for fault in one.get("vulns", [])
    ]


def node_faults(root: Path) -> Found:
    """Return the known faults of the locked npm packages."""
    if shutil.which("npm") is None:
        return None
    told = _json(
        ["npm", "audit", "--package-lock-only", "--json", "--fetch-timeout=10000", "--fetch-retries=0"], root
    )
    if told is None or "vulnerabilities" not in told:
        return None
    return [f"{name}: {one['severity']}" for name, one in told["vulnerabilities"].items()]


def _json(command: list[str], root: Path) -> dict[str, object] | None:
    try:
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)
        told = json.loads(run.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return told if isinstance(told, dict) else None


ASKED: dict[str, Callable[[Path], Found]] = {"python": python_faults, "npm": node_faults}


def main() -> int:
    """Print what is known; return the exit code."""
    code = 0
    for name, ask in ASKED.items():
        found = ask(ROOT)
        if found is None:
            print(f"audit: the list of known faults of {name} packages cannot be reached; nothing was checked")
        elif found:
            code = 1
            print("\n".join(f"audit: {name}: {each}" for each in found))
        else:
            print(f"audit: no known faults in {name} packages")
    return code


if __name__ == "__main__":
    sys.exit(main())
