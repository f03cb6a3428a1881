"""Whatever lies in the folder of an export, it is verified, or refused in words."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rapport.audit.chain import FIELDS, FORMAT, beginning, following
from rapport.audit.digests import FORMAT as DIGEST
from rapport.audit.digests import public_hex, seal
from rapport.audit.offline import read_key, verify_folder
from rapport.audit.report import Report
from rapport.kit.errors import Invalid
from rapport.kit.tests.hostile import FUZZED, TEXTS, VALUES, damaged, objects

PROGRAMME = str(UUID(int=7))
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"a key for tests").digest())
ABOUT = {"format": FORMAT, "programme": {"id": PROGRAMME, "key": "cards"}}
ROW = dict.fromkeys(FIELDS["events"], "1")
LINK = following(beginning(PROGRAMME, "events"), list(ROW.values())).hex()
LINE = {"seq": 1, "hash": LINK, **ROW}
LOGS = {"events": {"last": 1, "hash": LINK, "floor": 1}}
TOLD = {
    "format": DIGEST,
    "programme": {"id": PROGRAMME},
    "number": 1,
    "key": public_hex(KEY),
    "previous": None,
    "logs": LOGS,
}
SEALED = seal(TOLD, KEY)
DELIVERED = {"document": SEALED.document, "signature": SEALED.signature.hex()}
FILES = {
    "about.json": json.dumps(ABOUT).encode(),
    "public_key.hex": public_hex(KEY).encode(),
    "events-000001.ndjson": json.dumps(LINE).encode() + b"\n",
    "digests/000001.json": json.dumps(DELIVERED).encode(),
}
DEEP = b"[" * 5_000


def checked(folder: Path, **changed: bytes) -> Report | None:
    """Verify the folder with some files changed; None where it was refused in words."""
    (folder / "digests").mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(changed.get(name, content))
    with suppress(Invalid):
        report = verify_folder(folder, trusted=public_hex(KEY), copies=folder / "digests")
        assert list(report.lines())
        return report
    return None


def test_the_folder_that_is_damaged_here_is_sound(tmp_path: Path) -> None:
    report = checked(tmp_path)
    assert report and report.is_sound, report and list(report.lines())


@FUZZED
@given(data=st.data(), name=st.sampled_from(list(FILES)))
def test_damaged_files_are_told(tmp_path: Path, data: st.DataObject, name: str) -> None:
    checked(tmp_path, **{name: data.draw(damaged(FILES[name]) | st.just(DEEP) | st.binary(max_size=40))})


@FUZZED
@given(line=objects({**LINE, "gone": False}))
def test_odd_rows_are_told(tmp_path: Path, line: dict[str, Any]) -> None:
    report = checked(tmp_path, **{"events-000001.ndjson": json.dumps({**LINE, **line}).encode()})
    is_same = all(LINE[name] == value for name, value in line.items() if name != "gone") and not line.get("gone")
    assert report is None or report.is_sound == is_same


@FUZZED
@given(about=objects(ABOUT), told=objects(TOLD), logs=VALUES, signature=TEXTS, split=st.booleans())
def test_odd_digests_are_told(
    tmp_path: Path, about: dict[str, Any], told: dict[str, Any], logs: Any, signature: str, *, split: bool
) -> None:
    sealed = seal({**TOLD, **told, "logs": {"events": logs} if split else told.get("logs", LOGS)}, KEY)
    delivered = {"document": sealed.document, "signature": signature if split else sealed.signature.hex()}
    checked(tmp_path, **{"digests/000001.json": json.dumps(delivered).encode()})
    checked(tmp_path, **{"about.json": json.dumps({**ABOUT, **about}).encode()})
    checked(tmp_path, **{"digests/000001.json": json.dumps({**DELIVERED, "document": "\ud800"}).encode()})


@FUZZED
@given(TEXTS)
def test_a_key_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        read_key(text)
