"""`rapport status`: what runs, since when, at which address, how the storage is, which programmes there are."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rapport.config import storage as configured
from rapport.kit import storage
from rapport.runtime import processes, state, supervisor


def collect(home: Path, programmes: list[str]) -> dict[str, Any]:
    """Return the truth about the installation: each process is looked up, not just remembered."""
    found = state.running(home)
    if found is None:
        nothing = {"running": False, "ready": False, "home": str(home), "address": None, "processes": []}
        return {**nothing, "programmes": programmes}
    return {
        "running": True,
        "ready": supervisor.is_ready(found.port),
        "home": str(home),
        "address": found.address,
        "pid": found.pid,
        "since": _instant(found.since),
        "processes": [_process(each) for each in found.processes],
        "programmes": programmes,
    }


def of_recordings() -> dict[str, str]:
    """Return where recordings are kept, and "ok" or what is wrong there; asks the storage."""
    place = configured.recordings()
    return {"place": str(place), "state": storage.state(place)}


def _process(noted: state.Running) -> dict[str, Any]:
    runs = processes.is_same(noted.pid, noted.began)
    said = {key: value for key, value in asdict(noted).items() if key not in ("began", "state")}
    current = "running" if runs else ("waiting" if noted.state == "running" else noted.state)
    return {
        **said,
        "pid": noted.pid if runs else None,
        "state": current,
        "since": _instant(noted.began) if runs else None,
    }


def _instant(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")


def write(found: dict[str, Any], *, as_json: bool) -> None:
    """Print the status for a person or for a program."""
    if as_json:
        print(json.dumps(found, indent=2))
        return
    if not found["running"]:
        print(f"Rapport is not running (home {found['home']}). Start it with `rapport up`.")
    else:
        ready = "ready" if found["ready"] else "not ready"
        print(f"Rapport is at {found['address']}, {ready} (home {found['home']})")
        for each in found["processes"]:
            print(_line(each))
    print("Recordings: {place}: {state}".format(**found["recordings"]))
    print("Programmes: " + (", ".join(found["programmes"]) or "none yet"))


def _line(each: dict[str, Any]) -> str:
    ends = f", started again {each['restarts']} times: it {each['last_end']}" if each["restarts"] else ""
    if each["pid"] is None:
        return f"  {each['name']:<10} {each['state']}{ends}"
    seconds = int(time.time() - datetime.fromisoformat(each["since"]).timestamp())
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"  {each['name']:<10} running for {clock} (process {each['pid']}){ends}"
