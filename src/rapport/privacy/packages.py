"""A copy of a customer's data: made by a job, taken once, gone when it expires."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template import loader

from rapport.accounts.roles import Right
from rapport.audit.actions import note_export
from rapport.customers import standing
from rapport.customers.revealing import hand_out
from rapport.events.actions import announce
from rapport.kit import clock, sealing
from rapport.kit.errors import Conflict, Invalid
from rapport.privacy import actions, events, jobs
from rapport.privacy.access import access_package
from rapport.privacy.catalogue import everything, subject_of
from rapport.privacy.models import Package

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rapport.accounts.models import Programme
    from rapport.audit.lookers import Looker
    from rapport.customers.models import Customer
    from rapport.kit.personal import Kept, Subject

GOOD_FOR = timedelta(days=7)
FORMAT = "rapport-personal-data/1"
CHATS = "chat.messages"
SEALED = "customers.sealed"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of data: the columns by their names to the person, and the rows."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


@transaction.atomic
def ask(
    *, programme: Programme, customer_id: UUID, actor: str, with_sensitive: bool = False, why: str = ""
) -> Package:
    """Have a package made; sensitive values are in it only where there is a reason."""
    customer = standing.locked(programme, customer_id)
    why = actions.words(why, "the reason")
    if customer.standing == "erased":
        raise Conflict("This customer has been erased; there is nothing left to hand out.")
    if with_sensitive and not why:
        raise Invalid("Say why the sensitive values, such as account numbers, are to be in the package.")
    package = Package.objects.create(
        programme=programme,
        customer=customer,
        with_sensitive=with_sensitive,
        why=why,
        asked_by=actor,
        asked_at=clock.now(),
    )
    asked = events.PackageAsked(str(package.public_id), with_sensitive)
    announce(asked, programme=programme, subject=customer.public_id, actor=actor)
    jobs.make_package.defer(programme_id=programme.pk, package_id=package.pk)
    return package


@transaction.atomic
def make(package_id: int) -> None:
    """Write the package's content, if nobody has yet. The same however often it is run."""
    packages = Package.objects.select_related("customer", "programme")
    customer = packages.get(pk=package_id).customer
    is_there = standing.held(customer) is not None  # before the package, as who erases them does
    package, now = packages.select_for_update(of=("self",)).get(pk=package_id), clock.now()
    if package.state != Package.State.MAKING:
        return
    if not is_there:
        package.state = Package.State.EXPIRED
        package.save(update_fields=["state"])
        return
    sections = sections_of(customer, with_sensitive=package.with_sensitive)
    content = zipped(customer, sections, now)
    package.state, package.made_at, package.expires_at = Package.State.READY, now, now + GOOD_FOR
    package.content = sealing.seal(b64encode(content).decode(), _place(package))
    package.bytes_made, package.rows_made = len(content), sum(len(one.rows) for one in sections)
    package.save(update_fields=["state", "made_at", "expires_at", "content", "bytes_made", "rows_made"])
    made = events.PackageMade(str(package.public_id), package.rows_made)
    announce(made, programme=package.programme, subject=customer.public_id, actor="system")


@transaction.atomic
def take(*, by: Looker, package_id: UUID) -> bytes:
    """Hand out the package's content, once; then it is gone here."""
    standing.held(access_package(by.programme, package_id).customer)  # before the package, as who erases them does
    package = access_package(by.programme, package_id, lock=True)
    if package.state == Package.State.MAKING:
        raise Conflict("The package is still being made. Try again in a minute.")
    if package.state != Package.State.READY:
        raise Conflict(f"This package is {package.state} already. Have another one made.")
    if package.expires_at is not None and package.expires_at < clock.now():
        raise Conflict("This package has expired. Have another one made.")
    content = b64decode(sealing.unseal(package.content, _place(package)))
    _empty(package, Package.State.TAKEN)
    package.taken_by, package.taken_at = by.actor, clock.now()
    package.save(update_fields=["taken_by", "taken_at"])
    taken = events.PackageTaken(str(package.public_id), package.with_sensitive)
    actions.taken(taken, package.customer, by.actor)
    note_export(
        by,
        what="package",
        right=Right.HANDLE_PERSONAL_DATA,
        rows=package.rows_made,
        about=str(package.public_id),
        why="a customer's request" + (", with sensitive values" if package.with_sensitive else ""),
        subject=package.customer.public_id,
    )
    return content


def _place(package: Package) -> sealing.Place:
    return sealing.Place(package.programme_id, Package._meta.db_table, str(package.public_id), "content")


def uses(programme: Programme) -> Counter[str]:
    """Return how many packages each key of the ring opens."""
    kept = Package.objects.filter(programme=programme).exclude(content="").values_list("content", flat=True)
    return Counter(map(sealing.key_of, kept.iterator(chunk_size=1)))


def seal_anew(programme: Programme) -> None:
    """Seal with the current key the packages that an earlier one opens."""
    current = sealing.ring().current
    kept = Package.objects.select_for_update(of=("self",)).filter(programme=programme).exclude(content="")
    for package in kept.iterator(chunk_size=1):
        if sealing.key_of(package.content) != current:
            package.content = sealing.seal(sealing.unseal(package.content, _place(package)), _place(package))
            package.save(update_fields=["content"])


@transaction.atomic
def expire(programme: Programme) -> int:
    """Empty the packages that nobody took in time; return how many."""
    late = Package.objects.select_for_update().filter(
        programme=programme, state=Package.State.READY, expires_at__lt=clock.now()
    )
    for package in late:
        _empty(package, Package.State.EXPIRED)
    return len(late)


def _empty(package: Package, state: Package.State) -> None:
    package.state, package.content = state, ""
    package.save(update_fields=["state", "content"])


def sections_of(customer: Customer, *, with_sensitive: bool = False) -> list[Section]:
    """Return all there is of a customer that is handed out; sensitive values as hints unless asked for."""
    subject = subject_of(customer.programme, [customer.pk])
    made = [_section(kept, subject) for kept in reversed(everything()) if kept.shown]
    if with_sensitive:
        made = [one if one.key != SEALED else _opened(one, customer) for one in made]
    return [one for one in made if one.rows]


def _section(kept: Kept, subject: Subject) -> Section:
    rows = kept.of(subject).order_by("pk").values_list(*kept.shown)
    return Section(
        kept.key,
        kept.title,
        tuple(kept.shown.values()),
        [dict(zip(kept.shown.values(), row, strict=True)) for row in rows],
    )


def _opened(section: Section, customer: Customer) -> Section:
    values = [dict(zip(section.columns, row, strict=True)) for row in hand_out(customer)]
    return Section(section.key, section.title, section.columns, values)


def zipped(customer: Customer, sections: list[Section], now: datetime) -> bytes:
    """Return the ZIP: a page to read, the same as JSON, and each chat as a text."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "made_at": now,
        "programme": customer.programme.name,
        "customer": customer.key,
        "data": {one.key: {"title": one.title, "rows": one.rows} for one in sections},
    }
    chats = transcripts(sections, customer.programme.zone)
    context = {"customer": customer, "programme": customer.programme, "sections": sections, "now": now}
    page = loader.render_to_string("privacy/package.html", {**context, "chats": sorted(chats), "cell": cell})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page)
        archive.writestr("data.json", json.dumps(told, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
        for name, text in sorted(chats.items()):
            archive.writestr(name, text)
    return held.getvalue()


def transcripts(sections: list[Section], zone: ZoneInfo) -> dict[str, str]:
    """Return each chat as a text, by the name of its file."""
    lines: dict[str, list[str]] = defaultdict(list)
    for section in sections:
        if section.key == CHATS:
            for row in section.rows:
                at = row["When"].astimezone(zone)
                lines[str(row["Contact"])].append(f"[{at:%Y-%m-%d %H:%M:%S}] {row['Who']}: {row['What']}")
    return {f"chats/{contact}.txt": "\n".join(said) + "\n" for contact, said in lines.items()}


def cell(value: Any, zone: ZoneInfo) -> str:
    """Return a value as a person reads it."""
    if value is None or value == "" or value == {}:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%-d %B %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {cell(one, zone)}" for name, one in value.items())
    return str(value)
