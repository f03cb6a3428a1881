"""Verifying the record: an export of many events, on one core, beside nothing but hashing the same bytes.

    python benchmarks/audit.py --rows 10000000 [--folder FOLDER]

Two sizes, so that it can be seen whether the time grows in proportion. The rows are made up, in the form in which
`rapport audit export` writes them, with the fields of an ordinary offer; no database is needed. A row takes some
370 bytes of disk. SHA-256 of the same canonical bytes, each after the hash before it and nothing else, is the
least that any program could take.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from rapport.audit.chain import EVENTS, FIELDS, FORMAT, LOOKS, beginning, canonical
from rapport.audit.offline import verify_folder

PROGRAMME = "01999999-9999-7999-8999-999999999999"
ROWS_PER_FILE = 100_000
START = 1_790_000_000_000_000  # microseconds
NAMES = ("contact.arrived", "contact.queued", "contact.offered", "contact.offer_ended", "presence.changed")
DATA = '{"rep": "r17", "offer": "019a6d2e-73f1-7c1b-9a51-6f1f0c9b2a10", "result": "accepted"}'


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Make up events."""
    for number in range(1, count + 1):
        subject = f"019a6d2e-0000-7000-8000-{number // 8:012x}"
        at = str(START + number * 37_000)
        yield (str(number), at, NAMES[number % 5], subject, "router", DATA, '["floor:1", "member:17"]')


def write(folder: Path, count: int) -> None:
    """Write an export of so many events."""
    folder.mkdir(parents=True)
    previous, lines, number = beginning(PROGRAMME, EVENTS), [], 0
    for seq, fields in enumerate(rows(count), start=1):
        previous = sha256(previous + canonical(fields)).digest()
        told = {"seq": seq, "hash": previous.hex()} | dict(zip(FIELDS[EVENTS], fields, strict=True))
        lines.append(json.dumps(told, separators=(",", ":")) + "\n")
        if len(lines) == ROWS_PER_FILE or seq == count:
            number += 1
            (folder / f"{EVENTS}-{number:06}.ndjson").write_text("".join(lines))
            lines = []
    about = {"format": FORMAT, "programme": {"id": PROGRAMME, "key": "bench"}, "fields": FIELDS}
    (folder / "about.json").write_text(json.dumps(about))


def only_hashing(count: int) -> float:
    """Return how many seconds hashing takes, of bytes that are ready."""
    some = [canonical(fields) for fields in rows(min(count, ROWS_PER_FILE))]
    last = beginning(PROGRAMME, EVENTS)
    began = time.process_time()
    for _ in range(max(1, count // len(some))):
        for each in some:
            last = sha256(last + each).digest()
    return (time.process_time() - began) * count / (max(1, count // len(some)) * len(some))


def measure(folder: Path, count: int) -> None:
    """Write, verify, compare, and say so in a line."""
    write(folder, count)
    size = sum(path.stat().st_size for path in folder.iterdir())
    began, cpu = time.perf_counter(), time.process_time()
    report = verify_folder(folder)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    least = only_hashing(count)
    assert report.is_sound
    assert [walked.links for walked in report.walked] == [count, 0], LOOKS
    print(
        f"{count:>12,} events  {size / 1e9:5.2f} GB  verified in {took:7.1f} s ({used:7.1f} s of one core): "
        f"{count / used:>9,.0f} a second  only hashing {least:6.1f} s  ratio {used / least:4.1f}",
        flush=True,
    )


def main() -> None:
    """Measure a tenth, then all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the exports are written for the moment")
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp(dir=asked.folder, prefix="rapport-audit-"))
    try:
        for count in (asked.rows // 10, asked.rows):
            measure(place / str(count), count)
            shutil.rmtree(place / str(count))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
