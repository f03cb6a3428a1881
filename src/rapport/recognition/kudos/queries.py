"""Reads of thanks, uncommon service and milestones. Thanks are for who got and who gave them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.contacts.access import readable, readable_by
from rapport.feedback.queries import words_about
from rapport.kit import clock
from rapport.recognition.awards.queries import last_won
from rapport.recognition.kudos.actions import week_of
from rapport.recognition.kudos.models import MOST_A_WEEK, Kudos, Milestone, Uncommon

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.feedback.models import Survey

MOST = 50
WORDS_FOR = timedelta(days=91)
GOOD = 4


def received_by(rep: Member, *, limit: int = MOST) -> list[Kudos]:
    """Return the thanks that a rep has got and that stand, the latest first."""
    rows = Kudos.objects.select_related("giver__user", "contact").filter(
        programme=rep.programme, rep=rep, withdrawn_at__isnull=True
    )
    return list(rows.order_by("-at", "-pk")[:limit])


def given_by(member: Member, *, limit: int = MOST) -> list[Kudos]:
    """Return the thanks that the member has given, the latest first; withdrawn ones too."""
    rows = Kudos.objects.select_related("rep__user").filter(programme=member.programme, giver=member)
    return list(rows.order_by("-at", "-pk")[:limit])


def left_of(member: Member) -> int:
    """Return how many more thanks the member may give this week."""
    return MOST_A_WEEK - Kudos.objects.filter(giver=member, week=week_of(member.programme)).count()


def milestones_of(member: Member) -> list[Milestone]:
    """Return the member's milestones, the latest first."""
    return list(Milestone.objects.filter(programme=member.programme, member=member).order_by("-months"))


def milestones(programme: Programme, since: datetime) -> list[Milestone]:
    """Return the milestones reached since, for Rally Notes."""
    rows = Milestone.objects.select_related("member__user").filter(programme=programme)
    rows = rows.filter(reached_on__gte=since.astimezone(programme.zone).date(), member__is_active=True)
    return list(rows.order_by("reached_on", "pk"))


def uncommon(programme: Programme, since: datetime) -> list[Uncommon]:
    """Return the uncommon service that was confirmed since, the first first."""
    rows = Uncommon.objects.select_related("rep__user", "contact__customer")
    return list(rows.filter(programme=programme, confirmed=True, at__gte=since).order_by("at", "pk"))


def uncommon_of(rep: Member, *, limit: int = MOST) -> list[Uncommon]:
    """Return a rep's uncommon service, the latest first."""
    rows = Uncommon.objects.select_related("contact").filter(programme=rep.programme, rep=rep, confirmed=True)
    return list(rows.order_by("-at", "-pk")[:limit])


def settled_lately(member: Member, *, limit: int = MOST) -> list[Uncommon]:
    """Return what was settled as uncommon or not of contacts that the member may read, the latest first."""
    rows = Uncommon.objects.select_related("rep__user", "by__user", "contact")
    rows = rows.filter(readable_by(member, "contact__"), programme=member.programme).exclude(rep=member)
    return list(rows.order_by("-at", "-pk")[:limit])


def last_recognised(members: Sequence[Member], before: datetime) -> dict[int, datetime]:
    """Return when these members (ids) were last thanked, found uncommon, or won an award they keep."""
    found = last_won(members, before)
    thanked = Kudos.objects.filter(rep__in=members, withdrawn_at__isnull=True, at__lt=before)
    for rows in (thanked, Uncommon.objects.filter(rep__in=members, confirmed=True, at__lt=before)):
        for rep, at in rows.values_list("rep").annotate(Max("at")):
            found[rep] = max(found.get(rep, at), at)
    return found


def customers_words(rep: Member) -> list[Survey]:
    """Return what customers wrote to a rep with a good rating, in the last three months, the latest first."""
    now = clock.now()
    return [one for one in words_about(rep, now - WORDS_FOR, now, limit=MOST) if (one.rating or 0) >= GOOD]


def to_thank(member: Member) -> list[Member]:
    """Return whom the member can thank."""
    return [one for one in members_with(member.programme, Right.TAKE_CONTACTS) if one.pk != member.pk]


def readable_contacts(member: Member, rows: Sequence[Kudos | Uncommon]) -> set[int]:
    """Return which of the contacts attached (ids) the member may read now."""
    return set(readable(member).filter(pk__in=[one.contact_id for one in rows]).values_list("pk", flat=True))
