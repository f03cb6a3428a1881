"""Verifying an exported folder: no database, no installation of ours. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rapport.audit.chain import FIELDS, FORMAT
from rapport.audit.digests import Sealed
from rapport.audit.report import Report, check_digests, compare_copies, signs_of
from rapport.audit.walking import Entry, Walk
from rapport.kit.errors import Invalid


def verify_folder(folder: Path, *, trusted: str = "", copies: Path | None = None) -> Report:
    """Check an export. ``trusted`` is the public key to believe: the folder's own proves nothing by itself."""
    about = _about(folder)
    programme = str(about["programme"]["id"])
    digests = _in_order(read_copies(folder / "digests"))
    report = Report(str(about["programme"]["key"]))
    own = _own_key(folder) if digests and not trusted else trusted
    check_digests(report, digests, programme=programme, trusted=own)
    if copies is not None:
        compare_copies(report, digests, read_copies(copies))
    for log in FIELDS:
        walk = Walk(log, programme, signs_of(digests, log))
        report.walked.append(walk.over(_entries(folder, log)))
    return report


def read_copies(folder: Path) -> dict[str, Sealed]:
    """Return the digests that lie in a folder as files, by the files' names."""
    return {path.name: _sealed(path) for path in sorted(folder.glob("*.json"))}


def read_key(text: str) -> str:
    """Return a public key given as 64 hex digits, or as a file that holds them."""
    try:
        path = Path(text)
        told = path.read_text() if path.is_file() else text
    except (OSError, ValueError):  # a name that no file can have, or a file of other things
        told = text
    return _key(told)


def _key(told: str) -> str:
    key = told.strip().lower()
    if len(key) != 64 or set(key) - set("0123456789abcdef"):
        raise Invalid("A public key is 64 hexadecimal digits, or a file that holds them.")
    return key


def _in_order(copies: dict[str, Sealed]) -> list[Sealed]:
    return [copies[name] for name in sorted(copies)]


def _sealed(path: Path) -> Sealed:
    try:
        told = json.loads(path.read_text())
        document = str(told["document"])
        document.encode()
        return Sealed(document, bytes.fromhex(str(told["signature"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Sealed("", b"")


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / "about.json").read_text())
        if about["format"] != FORMAT or not about["programme"]["id"] or not about["programme"]["key"]:
            raise ValueError
        f"{about['programme']['id']}{about['programme']['key']}".encode()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(
            f"{folder} is no finished export of the record: its about.json is missing or not ours."
        ) from error
    return dict(about)


def _own_key(folder: Path) -> str:
    path = folder / "public_key.hex"
    return _key(path.read_text(errors="replace")) if path.is_file() else ""


def _entries(folder: Path, log: str) -> Iterator[Entry]:
    for path in sorted(folder.glob(f"{log}-*.ndjson")):
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    entry = _entry(json.loads(line), FIELDS[log])
                except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
                    raise Invalid(f"{path.name}, line {number} is not a row of the log.") from error
                yield entry


def _entry(told: dict[str, Any], names: Sequence[str]) -> Entry:
    fields = None if told.get("gone") else [told[name] for name in names]
    "".join(
        "" if field is None else field for field in fields or ()
    ).encode()  # each is a text that can be written, or null
    if not isinstance(told["seq"], int):
        raise TypeError
    return Entry(told["seq"], int(told["id"]), bytes.fromhex(told["hash"]), fields)
