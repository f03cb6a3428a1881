"""Sealing sensitive values before they reach the database, and finding them again without opening them.

A value is sealed with AES-256-GCM under a key of its programme, bound to the place where it stands: a sealed text
that is copied to another row, field or programme does not open. For finding it by exact match there is a keyed
hash (HMAC-SHA256) of its normal form under another key. Both keys come from the *key ring*, a file outside the
database that only its owner can read; each sealed text names the key it needs. Rotation adds a key, a job seals
everything anew, and a key may go once nothing needs it.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.kit.redaction import HIDDEN

VERSION = "s1"
KEY_BYTES = 32
NONCE_BYTES = 12
SHORTEST_SOUGHT = 6  # characters of a value that can be found by exact match
_SHOWN_FROM = ((12, 4), (8, 2))  # so long a value shows so many of its last characters
_D, _M, _Y = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)?\d\d"
_DD, _MM, _YYYY = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)\d\d"
_MONTH = (
    r"(?:jan|feb|f[ée]v|m[aäe][ryijgä]|mrz|a[pbv]r|ju[nli]|giu|lug|a[ug][go]|ao[uû]|sep|set|o[ckt]t|out|nov|de[czs]|"
    r"dic|ene|gen)[^\W\d]{0,7}\W{0,3}"
)
_DAY = re.compile(
    rf"(?:{_Y}(?P<a>[-./ ]){_M}(?P=a){_D}|{_D}(?P<b>[-./ ]){_M}(?P=b){_Y}|{_M}(?P<c>[-./ ]){_D}(?P=c){_Y})"
    r"(?:[T ]\d{1,2}:.*)?"
    rf"|{_YYYY}{_MM}{_DD}|{_DD}{_MM}{_YYYY}|{_MM}{_DD}{_YYYY}"
    rf"|(?:{_D}\W{{0,3}})?{_MONTH}(?:{_D}\W{{1,3}})?{_Y}",
    re.IGNORECASE,
)
"""A day as people write it: there are so few that its end, or a hash of it, would tell it."""


class KeyMissing(DomainError):
    """A value needs a key that is not in the key ring."""

    status = 503
    code = "key_missing"


class Broken(DomainError):
    """A sealed value was changed, cut, or copied from elsewhere; it opens for nobody."""

    status = 409
    code = "sealed_value_broken"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens only there."""

    programme_id: int
    table: str
    row: str
    field: str

    def binding(self) -> bytes:
        """The place as bytes that no other place has."""
        return json.dumps([VERSION, self.programme_id, self.table, self.row, self.field]).encode()


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the ring: two independent secrets and the instant it was made."""

    id: str
    made_at: datetime
    sealing: bytes
    finding: bytes


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of this installation; new values are sealed with ``current``."""

    current: str
    keys: Mapping[str, Key]

    def key(self, key_id: str) -> Key:
        """Return a key. Raises KeyMissing, which says what to do."""
        found = self.keys.get(key_id)
        if found is None:
            raise KeyMissing(
                f"This value was sealed with the key {key_id}, which is not in the key ring {ring_path()}. "
                "Put the ring back from its backup; until then the value cannot be shown."
            )
        return found


def ring_path() -> Path:
    """Return the file of the key ring."""
    return _path(settings.KEY_RING)


_path = lru_cache(maxsize=2)(Path)  # made anew for each value it would cost more than sealing the value


def ring() -> Ring:
    """Return the key ring, made with its first key where there is none; read again when the file has changed."""
    path = ring_path()
    try:
        seen = path.stat()
    except FileNotFoundError:
        _write(path, _with_new_key({}), only_if_absent=True)
        seen = path.stat()
    return _read(path, seen.st_ino, seen.st_mtime_ns)


def rotate() -> str:
    """Add a key and make it current; return its id. What is sealed stays readable by the keys before it."""
    with _alone():
        now = ring()
        made = _with_new_key(now.keys)
        _write(ring_path(), made)
        return made.current


def retire(key_ids: Collection[str]) -> None:
    """Take keys that nothing needs out of the ring for good; the current one stays whatever is asked."""
    with _alone():
        now = ring()
        kept = {key_id: key for key_id, key in now.keys.items() if key_id == now.current or key_id not in key_ids}
        _write(ring_path(), Ring(now.current, kept))


def seal(value: str, place: Place) -> str:
    """Return the value sealed for its place, with the id of its key."""
    keys = ring()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(keys.key(keys.current).sealing, place.programme_id).encrypt(
        nonce, value.encode(), place.binding()
    )
    return f"{VERSION}.{keys.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, place: Place) -> str:
    """Return the value. Raises KeyMissing without its key, Broken where it was tampered with or moved."""
    key = ring().key(key_of(sealed))
    try:
        raw = _decoded(sealed.rpartition(".")[2])
        opened = _cipher(key.sealing, place.programme_id).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.binding()
        )
    except (InvalidTag, ValueError) as error:
        raise Broken(
            "This value was changed outside Rapport, so it cannot be shown. Ask the partner for it again."
        ) from error
    return opened.decode()


def _decoded(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text)
    if base64.urlsafe_b64encode(raw).decode() != text:
        raise ValueError("not the one way in which these bytes are written")
    return raw


def key_of(sealed: str) -> str:
    """Return the id of the key that a sealed text needs."""
    version, _, rest = sealed.partition(".")
    key_id, dot, _ = rest.partition(".")
    if version != VERSION or not dot:
        raise Broken("This value is not written as Rapport seals values, so it cannot be shown.")
    return key_id


def finder(value: str, programme_id: int, key_id: str = "") -> str:
    """Return the keyed hash by which the value is found in its programme; empty where it is too short to seek."""
    if not is_sought(value):
        return ""
    keys = ring()
    key = keys.key(key_id or keys.current)
    return digest(_derived(key.finding, programme_id, "finding"), normal(value).encode(), sha256).hex()


def finders(value: str, programme_id: int) -> list[str]:
    """Return the value's keyed hashes under every key of the ring, for seeking while a rotation is under way."""
    return [finder(value, programme_id, key_id) for key_id in ring().keys] if is_sought(value) else []


def is_sought(value: str) -> bool:
    """Say whether the value is something one searches by: long enough, with digits, and no day."""
    plain = normal(value)
    return len(plain) >= SHORTEST_SOUGHT and any(character.isdigit() for character in plain) and not _is_day(value)


def normal(value: str) -> str:
    """Return the value without blanks and dashes, in capitals, so that two spellings of one number meet."""
    return "".join(filter(str.isalnum, value.upper()))


def hint(value: str) -> str:
    """Return what everybody may see of a value: that there is one, and the end of a long number."""
    plain = normal(value)
    digits = sum(character.isdigit() for character in plain)
    if _is_day(value) or 2 * digits < len(plain):
        return HIDDEN
    shown = next((last for length, last in _SHOWN_FROM if len(plain) >= length), 0)
    return f"{HIDDEN} {plain[-shown:]}" if shown else HIDDEN


def _is_day(value: str) -> bool:
    return any(_DAY.fullmatch(one) for one in (value.strip(), normal(value)))


@lru_cache(maxsize=4096)
def _derived(secret: bytes, programme_id: int, purpose: str) -> bytes:
    """Return the programme's own key: no programme's values open with another's."""
    info = f"rapport {VERSION} {purpose} programme {programme_id}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


def _cipher(secret: bytes, programme_id: int) -> AESGCM:
    return AESGCM(_derived(secret, programme_id, "sealing"))


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time change the ring."""
    ring()
    with ring_path().with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@lru_cache(maxsize=2)
def _read(path: Path, inode: int, changed: int) -> Ring:
    told = json.loads(path.read_text())
    keys = {
        key_id: Key(
            key_id,
            datetime.fromisoformat(one["made_at"]),
            base64.b64decode(one["sealing"]),
            base64.b64decode(one["finding"]),
        )
        for key_id, one in told["keys"].items()
    }
    return Ring(told["current"], keys)


def _with_new_key(keys: Mapping[str, Key]) -> Ring:
    made_at = clock.now()
    key_id = f"{made_at:%Y%m%d}-{secrets.token_hex(3)}"
    made = Key(key_id, made_at, secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))
    return Ring(key_id, {**keys, key_id: made})


def _write(path: Path, made: Ring, *, only_if_absent: bool = False) -> None:
    """Put the ring in its place whole or not at all, for its owner's eyes only."""
    told = {
        "current": made.current,
        "keys": {
            key.id: {
                "made_at": key.made_at.isoformat(),
                "sealing": base64.b64encode(key.sealing).decode(),
                "finding": base64.b64encode(key.finding).decode(),
            }
            for key in made.keys.values()
        },
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if only_if_absent:
            with contextlib.suppress(FileExistsError):  # another process was first: its ring counts
                os.link(draft, path)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
