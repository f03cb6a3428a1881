"""Writes of connectors: put on file, changed, taken away, tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction

from rapport.events.actions import announce
from rapport.guides import events
from rapport.guides.connectors import exchange, sealed
from rapport.guides.connectors.definition import body_with, path_with, read_connector
from rapport.guides.connectors.exchange import Outcome, Request
from rapport.guides.connectors.queries import connector_by_key, read_kept
from rapport.guides.models import Connector, GuideVersion, Transaction
from rapport.guides.versions import read_version
from rapport.kit import clock, outbound
from rapport.kit.documents import plain_text
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.ids import new_id
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
LONGEST_NAME = 50
LONGEST_SECRET = 500
TRIED_SECONDS = 5.0  # the page waits for it


@transaction.atomic
def save_connector(
    *,
    programme: Programme,
    key: str,
    text: str,
    secret: str | None = None,
    changes: int | None = None,
    by: Member | None = None,
    actor: str = "command",
) -> Connector:
    """Put a connector on file, or change it; without a ``secret`` the one that is kept stays.

    A secret goes only where it was given for: another host asks for it anew. ``changes`` is the count that was
    seen; Conflict where somebody changed it meanwhile, and where a guide needs what is gone from it.
    """
    text = plain_text(text)
    says = read_connector(text)
    outbound.check(says.base)
    if not KEY.fullmatch(key) or any(len(f"{key}.{one}") > LONGEST_NAME for one in says.transactions):
        raise Invalid(
            "A connector's key has up to 24 small letters, digits, - and _; with a transaction's key, 50."
        )
    take_turns(Turn.GUIDES, programme.pk)
    found = Connector.objects.filter(programme=programme, key=key).first()
    if changes is not None and changes != (found.changes if found else 0):
        raise Conflict("Somebody changed this connector meanwhile. Look at theirs, then save yours.")
    kept = found or Connector(programme=programme, key=key)
    _require_unneeded(
        programme, {f"{key}.{one}" for one in _transactions(found)} - {f"{key}.{one}" for one in says.transactions}
    )
    fields = ["text"] if kept.text != text else []
    if secret is not None:
        _require_plain(secret)
        kept.sealed_secret = sealed.seal(secret, kept) if secret else ""
        fields.append("secret")
    elif found is not None and kept.sealed_secret and _goes_to(read_kept(found).base) != _goes_to(says.base):
        raise Invalid("It goes to another host now. Give its secret anew: the old one is not sent there.")
    if not fields:
        return kept
    kept.text, kept.name, kept.changes = text, says.name, kept.changes + 1
    kept.changed_by, kept.changed_at = by, clock.now()
    kept.save()
    _tell(programme, events.ConnectorSaved(connector=key, fields=fields), actor)
    return kept


@transaction.atomic
def delete_connector(*, programme: Programme, key: str, actor: str = "command") -> None:
    """Take a connector away; Conflict where a guide needs it, or something of it is under way."""
    take_turns(Turn.GUIDES, programme.pk)
    kept = connector_by_key(programme, key)
    _require_unneeded(programme, {f"{key}.{one}" for one in read_kept(kept).transactions})
    if Transaction.objects.filter(programme=programme, connector=key, state=Transaction.State.WAITING).exists():
        raise Conflict("A transaction of it is under way. Wait a minute, then take it away.")
    kept.delete()
    _tell(programme, events.ConnectorDeleted(connector=key), actor)


@transaction.atomic
def try_out(
    *, programme: Programme, key: str, what: str, values: Mapping[str, Any], actor: str = "command"
) -> Outcome:
    """Send a transaction once with these values, outside every contact, and return what came of it."""
    kept = connector_by_key(programme, key)
    to = read_kept(kept)
    if what not in to.transactions:
        raise Invalid(f"{to.name} has no transaction {what!r}.")
    does = to.transactions[what]
    told = {name: value for name, value in values.items() if value != ""}
    request = Request(
        connector=to,
        transaction=does,
        key=str(new_id()),
        secret=sealed.unseal(kept),
        path=path_with(does, told),
        body=body_with(does, told),
    )
    outcome = exchange.send(request, seconds=TRIED_SECONDS)
    _tell(programme, events.ConnectorTried(connector=key, transaction=what, status=outcome.status), actor)
    return outcome


def _transactions(kept: Connector | None) -> list[str]:
    return list(read_kept(kept).transactions) if kept else []


def _require_unneeded(programme: Programme, names: set[str]) -> None:
    """Raise Conflict where a version that is or will be in force, or that a contact goes by, names one of them."""
    if not names:
        return
    published = GuideVersion.objects.select_related("guide").filter(
        programme=programme, starts_at__isnull=False, guide__retired_at__isnull=True
    )
    latest = published.filter(starts_at__lte=clock.now()).order_by("guide_id", "-starts_at", "-number")
    needing = [*latest.distinct("guide_id"), *published.filter(starts_at__gt=clock.now())]
    for version in needing:
        for step in read_version(version).steps:
            if step.connector in names:
                raise Conflict(
                    f"{version.guide.name!r} needs {step.connector!r}. Publish it without that step first."
                )


def _require_plain(secret: str) -> None:
    if len(secret) > LONGEST_SECRET or not (secret.isascii() and secret.isprintable()):
        raise Invalid(f"A secret has up to {LONGEST_SECRET} plain characters, without line ends.")


def _goes_to(base: str) -> tuple[str, str]:
    parts = urlsplit(base)
    return parts.scheme, parts.netloc.lower()


def _tell(programme: Programme, happening: Any, actor: str) -> None:
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
