"""Starting processes that cannot outlive us, and ending them with everything they started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    die_with: int = signal.SIGTERM,
    user: tuple[int, int] | None = None,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, so that a Ctrl-C at the terminal reaches only us.

    Where the kernel can (Linux) it gets ``die_with`` when we die, however we die. ``user`` is (uid, gid).
    """
    uid, gid = user or (None, None)
    return subprocess.Popen(  # noqa: S603 - the commands are ours
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
        user=uid,
        group=gid,
        extra_groups=[] if user else None,
        preexec_fn=_tether(die_with),
    )


def _tether(die_with: int) -> Callable[[], None]:
    us = os.getpid()

    def run_in_child() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, die_with, 0, 0, 0)
            if os.getppid() != us:  # we died in between
                os._exit(1)

    return run_in_child


def stop(process: "subprocess.Popen[bytes]", with_signal: int, *, seconds: float) -> bool:
    """Ask a process to end, wait, then end it and all it started by force; return whether it went itself."""
    if process.poll() is None:
        process.send_signal(with_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    went = process.poll() is not None
    kill_group(process.pid)
    process.wait()
    return went


def kill_group(pid: int) -> None:
    """End whatever is left of the session that ``pid`` led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def began_at(pid: int) -> float:
    """Return when the process began (epoch seconds), or 0 where there is none."""
    try:
        process = psutil.Process(pid)
        return 0.0 if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return 0.0


def is_same(pid: int, began: float) -> bool:
    """Tell whether ``pid`` is still the process that began then, and not another with its number."""
    return began > 0 and abs(began_at(pid) - began) < 1


def has_ended(pid: int, began: float) -> bool:
    """Tell whether the process that began then is gone."""
    return not is_same(pid, began)


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Wait for the condition; returns whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def describe_end(code: int) -> str:
    """Return how a process ended, in words: its exit code or the signal that killed it."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was killed by {signal.Signals(-code).name}"
