"""Sealing: each hour a signed digest says how far the chains of the logs have come, and names the one before."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from rapport.accounts.doors import in_each_programme
from rapport.audit import keys
from rapport.audit.alarms import channel
from rapport.audit.digests import FORMAT, Sealed, public_hex, seal
from rapport.audit.events import DigestSealed
from rapport.audit.linking import last_link, link_all
from rapport.audit.logs import LOGS
from rapport.audit.models import Digest, Head
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def seal_hour(programme: Programme, *, now: datetime | None = None) -> Digest | None:
    """Seal everything up to the last full hour, unless that is done; hours that were missed are sealed with it."""
    until = (now or clock.now()).replace(minute=0, second=0, microsecond=0)
    return seal_until(programme, until)


def seal_until(programme: Programme, until: datetime) -> Digest | None:
    """Link what is not linked, and write a digest unless there is one that covers this time.

    All in the caller's transaction: :func:`deliver` comes after its commit.
    """
    link_all(programme, wait=True)
    heads = {head.log: head for head in _locked_heads(programme)}
    last = Digest.objects.filter(programme=programme).order_by("-number").first()
    if last is not None and last.covers_to > max(until, clock.now()):
        raise Conflict(
            f"Digest {last.number} covers until {last.covers_to.isoformat()}, which is yet to come: the machine's "
            "clock was put back, or the digest was put in by hand."
        )
    if last is not None and last.covers_to >= until:
        return None
    return _write(programme, heads, last, until)


def deliver(programme: Programme, folder: Path | None = None) -> list[Path]:
    """Write each digest that is not there yet as a file, for the partner; return the new ones."""
    target = folder or delivered_to(programme)
    target.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in target.glob("*.json")}
    made = []
    digests = Digest.objects.filter(programme=programme).order_by("number")
    for number in digests.values_list("number", flat=True):
        path = target / f"{number:06}.json"
        if path.name not in there:
            digest = digests.get(number=number)
            draft = path.with_suffix(".unfinished")
            draft.write_text(as_file(Sealed(digest.document, bytes(digest.signature))))
            draft.replace(path)
            made.append(path)
    return made


def hand_over() -> None:
    """Deliver what was sealed in every programme; once all sign with the next key, it is the key."""
    in_each_programme(deliver)
    if all(in_each_programme(signs_with_next)):
        keys.change_over()


def as_file(digest: Sealed) -> str:
    """Return a digest as a file has it."""
    return json.dumps({"document": digest.document, "signature": digest.signature.hex()}, indent=1) + "\n"


def delivered_to(programme: Programme) -> Path:
    """Return the folder that digests are delivered to."""
    return Path(settings.HOME) / "digests" / programme.key


def _locked_heads(programme: Programme) -> list[Head]:
    heads = Head.objects.select_for_update(of=("self",)).filter(programme=programme)
    return list(heads.order_by("log"))


def _write(programme: Programme, heads: dict[str, Head], last: Digest | None, until: datetime) -> Digest:
    before = Sealed(last.document, bytes(last.signature)) if last else None
    key, following = _keys(before)
    logs = {log: _state(programme, log, heads[log], before) for log in LOGS}
    now = clock.now()
    number = last.number + 1 if last else 1
    told = {
        "format": FORMAT,
        "programme": {"id": str(programme.public_id), "key": programme.key},
        "number": number,
        "from": last.covers_to.isoformat() if last else None,
        "to": until.isoformat(),
        "sealed_at": now.isoformat(),
        "logs": logs,
        "previous": before.hash if before else None,
        "key": public_hex(key),
        "next_key": public_hex(following) if following else None,
    }
    sealed = seal(told, key)
    digest = Digest.objects.create(
        programme=programme,
        number=number,
        covers_to=until,
        sealed_at=now,
        document=sealed.document,
        signature=sealed.signature,
    )
    announce(
        DigestSealed(number=number, events=logs["events"]["count"], looks=logs["looks"]["count"]),
        programme=programme,
        subject=programme.public_id,
        actor="system",
        audience=[channel(programme)],
    )
    return digest


def _state(programme: Programme, log: str, head: Head, before: Sealed | None) -> dict[str, Any]:
    """Return what the digest says of a log: the links that are new, the last hash, and the floor under new ids."""
    seq, hash_ = last_link(programme, log)
    sealed = before.told["logs"][log]["last"] if before else 0
    return {"first": sealed + 1, "last": seq, "count": seq - sealed, "hash": hash_.hex(), "floor": head.floor}


def _keys(before: Sealed | None) -> tuple[Ed25519PrivateKey, Ed25519PrivateKey | None]:
    """Return the key to sign with, and the one that this digest shall name as the next."""
    current, upcoming = keys.signing_key(), keys.next_key()
    if before is None:
        return current, upcoming
    if upcoming is not None and before.told["next_key"] == public_hex(upcoming):
        return upcoming, None
    if before.told["key"] == public_hex(current) or before.told["next_key"] == public_hex(current):
        return current, upcoming
    if upcoming is not None and before.told["key"] == public_hex(upcoming):
        return upcoming, None
    raise Conflict(
        f"The key that signed digest {before.told['number']} is not here. Put the keys folder of this "
        "installation back from its backup; a new key would break the row of digests."
    )


def signs_with_next(programme: Programme) -> bool:
    """Say whether the programme's last digest is signed with the key that was made to follow."""
    upcoming = keys.next_key()
    last = Digest.objects.filter(programme=programme).order_by("-number").first()
    if upcoming is None or last is None:
        return False
    return bool(Sealed(last.document, b"").told["key"] == public_hex(upcoming))
