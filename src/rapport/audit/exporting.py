"""Writing a programme's logs, links and digests into a folder that can be verified without us."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.audit import keys
from rapport.audit.chain import FIELDS, FORMAT
from rapport.audit.digests import public_hex
from rapport.audit.logs import LOGS
from rapport.audit.sealing import as_file
from rapport.audit.verifying import digests_of, entries_of
from rapport.audit.walking import Entry
from rapport.kit import clock
from rapport.kit.errors import Conflict

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

ROWS_PER_FILE = 100_000


def write_folder(programme: Programme, folder: Path, *, rows_per_file: int = ROWS_PER_FILE) -> int:
    """Write both logs, the digests and the public key; return how many rows. To be called at one moment."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty. Name a new folder, so that two exports do not mix.")
    (folder / "digests").mkdir(parents=True)
    rows = 0
    for number, digest in enumerate(digests_of(programme), start=1):
        (folder / "digests" / f"{number:06}.json").write_text(as_file(digest))
    for log in LOGS.values():
        rows += _write_log(folder, log.key, entries_of(programme, log), rows_per_file)
    (folder / "public_key.hex").write_text(public_hex(keys.signing_key()) + "\n")
    about = {
        "format": FORMAT,
        "programme": {"id": str(programme.public_id), "key": programme.key},
        "exported_at": clock.now().isoformat(),
        "fields": FIELDS,
    }
    (folder / "about.json").write_text(
        json.dumps(about, indent=1) + "\n"
    )  # last: a folder without it is unfinished
    return rows


def _write_log(folder: Path, log: str, entries: Iterable[Entry], rows_per_file: int) -> int:
    rest, written, number = iter(entries), 0, 0
    while chunk := list(islice(rest, rows_per_file)):
        number += 1
        with (folder / f"{log}-{number:06}.ndjson").open("w", encoding="utf-8") as file:
            file.writelines(_line(log, entry) for entry in chunk)
        written += len(chunk)
    return written


def _line(log: str, entry: Entry) -> str:
    told = {"seq": entry.seq, "hash": entry.hash.hex()}
    row = (
        dict(zip(FIELDS[log], entry.fields, strict=True))
        if entry.fields
        else {"id": str(entry.row_id), "gone": True}
    )
    return json.dumps(told | row, separators=(",", ":"), ensure_ascii=False) + "\n"
