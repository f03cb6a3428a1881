"""Reads of guides and their versions: which are in force, which one serves a contact, what they may name."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.guides.connectors.queries import reaches
from rapport.guides.definition.known import SLOTS, Known
from rapport.guides.definition.reading import GuideInvalid, read_guide
from rapport.guides.definition.rules import For, Guide
from rapport.guides.library import queries as library
from rapport.guides.library.models import Kind
from rapport.guides.models import Guide as Kept
from rapport.guides.models import GuideVersion
from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.routing.queries import skill_keys

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

log = logging.getLogger("rapport.guides")

UNREADABLE = read_guide(
    'name = "This guide cannot be read"\n[[steps]]\nkey = "close"\nkind = "close"\n'
    'title = "Go by your own judgement, and tell your supervisor"\n'
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A guide of the programme: the version in force, the newest one, and one that is to come."""

    guide: Kept
    in_force: GuideVersion | None
    planned: GuideVersion | None
    newest: GuideVersion


def read_version(version: GuideVersion) -> Guide:
    """Return what a version says; each text is read once a process. What it names is not looked at."""
    return _read(version.pk, version.made_at)


@lru_cache(maxsize=1024)
def _read(version_id: int, made_at: datetime) -> Guide:
    """Return a version, which never changes; a guide that says so for one that cannot be read any more."""
    try:
        return read_guide(GuideVersion.objects.values_list("text", flat=True).get(pk=version_id))
    except GuideInvalid as error:
        log.error("the version of a guide in row %s cannot be read. %s", version_id, error)
        return UNREADABLE


def versions_in_force(programme: Programme, *, at: datetime | None = None) -> list[GuideVersion]:
    """Return the version in force of each guide that serves contacts, without their texts."""
    found = GuideVersion.objects.select_related("guide").filter(
        programme=programme, starts_at__lte=at or clock.now(), guide__retired_at__isnull=True
    )
    return list(found.defer("text").order_by("guide_id", "-starts_at", "-number").distinct("guide_id"))


def version_for(contact: Contact) -> GuideVersion | None:
    """Return the version in force of the most particular guide that fits the contact; None where none does."""
    fitting = [
        (particularity(of.for_), -version.guide_id, version)
        for version in versions_in_force(contact.programme)
        if _fits((of := read_version(version)).for_, contact)
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else None


def version_for_self_service(programme: Programme, *, reason: str, channel: str) -> GuideVersion | None:
    """Return the version that a customer may go through alone about this reason; None where none is for that.

    Who is alone is a stranger, so a guide for some segments or languages is not for them.
    """
    found = [
        (particularity(of.for_), -version.guide_id, version)
        for version in versions_in_force(programme)
        if _serves_alone(of := read_version(version), reason, channel)
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def reasons_alone(programme: Programme, reasons: Sequence[str], *, channel: str) -> set[str]:
    """Return those of the reasons about which a customer may go through a guide alone."""
    guides = [of for version in versions_in_force(programme) if (of := read_version(version)).self_service]
    return {reason for reason in reasons if any(_serves_alone(of, reason, channel) for of in guides)}


def _serves_alone(of: Guide, reason: str, channel: str) -> bool:
    return (
        of.self_service
        and not (of.for_.segments or of.for_.languages)
        and (not of.for_.reasons or reason in of.for_.reasons)
        and (not of.for_.channels or channel in of.for_.channels)
    )


def particularity(for_: For) -> tuple[bool, bool, bool, bool]:
    """Return how particular a guide is: a reason counts before a segment, a channel and a language."""
    return bool(for_.reasons), bool(for_.segments), bool(for_.channels), bool(for_.languages)


def overlap(one: For, other: For) -> bool:
    """Say whether two equally particular guides may both fit a contact."""
    pairs: list[tuple[Sequence[str], Sequence[str]]] = [
        (one.reasons, other.reasons),
        (one.segments, other.segments),
        (one.channels, other.channels),
        (one.languages, other.languages),
    ]
    return particularity(one) == particularity(other) and all(not a or set(a) & set(b) for a, b in pairs)


def _fits(for_: For, contact: Contact) -> bool:
    customer = contact.customer
    return (
        (not for_.reasons or (contact.reason is not None and contact.reason.key in for_.reasons))
        and (not for_.channels or contact.channel in for_.channels)
        and (not for_.segments or (contact.segment is not None and contact.segment.key in for_.segments))
        and (not for_.languages or (customer is not None and customer.language in for_.languages))
    )


def guides_of(programme: Programme) -> list[Listed]:
    """Return the programme's guides by name, with the versions that matter, without their texts."""
    versions: dict[int, list[GuideVersion]] = {}
    rows = GuideVersion.objects.select_related("guide", "made_by__user", "approved_by__user")
    for one in rows.filter(programme=programme).defer("text").order_by("-number"):
        versions.setdefault(one.guide_id, []).append(one)
    listed = [_listed(several) for several in versions.values()]
    return sorted(listed, key=lambda one: (one.guide.retired_at is not None, one.guide.name.casefold()))


def _listed(versions: list[GuideVersion]) -> Listed:
    now = clock.now()
    begun = [one for one in versions if one.starts_at is not None and one.starts_at <= now]
    to_come = [one for one in versions if one.starts_at is not None and one.starts_at > now]
    return Listed(versions[0].guide, _latest(begun), to_come[-1] if to_come else None, versions[0])


def _latest(versions: Iterable[GuideVersion]) -> GuideVersion | None:
    dated = [(one.starts_at, one.number, one) for one in versions if one.starts_at is not None]
    return max(dated, key=lambda one: one[:2])[2] if dated else None


def guide_by_key(programme: Programme, key: str) -> Kept:
    """Return the programme's guide of this key; NotFound where there is none."""
    found = Kept.objects.select_related("programme").filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound(f"There is no guide {key!r}.")
    return found


def version_in_force(guide: Kept) -> GuideVersion | None:
    """Return the guide's version in force, if one is, retired or not."""
    found = GuideVersion.objects.filter(guide=guide, starts_at__lte=clock.now())
    return found.order_by("-starts_at", "-number").first()


def versions_of(guide: Kept, *, limit: int = 50) -> list[GuideVersion]:
    """Return the newest versions of the guide, the newest first, without their texts."""
    found = GuideVersion.objects.select_related(
        "made_by__user", "submitted_by__user", "approved_by__user", "published_by__user"
    )
    return list(found.filter(guide=guide).defer("text").order_by("-number")[:limit])


def titles_of(programme: Programme) -> list[tuple[str, int, str]]:
    """Return the guide's key, the number and the guide's name of each version that was published, oldest first."""
    rows = GuideVersion.objects.filter(programme=programme, starts_at__isnull=False)
    return list(rows.order_by("number").values_list("guide__key", "number", "guide__name"))


def version_by_number(guide: Kept, number: int) -> GuideVersion:
    """Return one version of the guide; NotFound where there is none."""
    rows = GuideVersion.objects.select_related("guide", "programme", "made_by__user", "submitted_by__user")
    found = rows.filter(guide=guide, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number}.")
    return found


def known_names(programme: Programme) -> Known:
    """Return the names that a guide of the programme may use."""
    return Known(
        reasons=list(reason_names(programme)),
        segments=[one.key for one in segments_of(programme)],
        skills=skill_keys(programme),
        objections=library.keys_of(programme, Kind.OBJECTION),
        rebuttals=library.keys_of(programme, Kind.REBUTTAL),
        articles=library.keys_of(programme, Kind.ARTICLE),
        slots=SLOTS,
        connectors=reaches(programme),
    )
