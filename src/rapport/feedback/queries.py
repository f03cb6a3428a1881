"""Reads of what customers say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Length

from rapport.feedback.models import Survey

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact


def survey_of(contact: Contact) -> Survey | None:
    """Return the contact's survey, if the customer was asked."""
    return Survey.objects.filter(contact=contact).first()


def with_comments(programme: Programme, start: datetime, end: datetime, *, limit: int = 200) -> list[Survey]:
    """Return surveys with a comment first answered in [start, end), the best rated and longest first.

    Among equal ratings those whose matter was resolved come first.
    """
    return list(
        Survey.objects.select_related("contact__customer", "contact__rep__user", "contact__reason")
        .filter(~Q(comment=""), programme=programme, answered_at__gte=start, answered_at__lt=end)
        .order_by("-rating", "-resolved", "-answered_at")[:limit]
    )


def comments_rated(
    programme: Programme, rating: int, *, since: datetime, contact: int | None = None, limit: int = 500
) -> dict[int, str]:
    """Return what customers wrote with just this rating since, by contact (ids): the newest, or of one contact."""
    rows = Survey.objects.filter(~Q(comment=""), programme=programme, rating=rating, answered_at__gte=since)
    if contact is not None:
        rows = rows.filter(contact=contact)
    return dict(rows.order_by("-answered_at", "-pk").values_list("contact_id", "comment")[:limit])


def words_about(rep: Member, since: datetime, until: datetime, *, limit: int = 20) -> list[Survey]:
    """Return surveys with a comment on contacts the rep had last, answered in [since, until), newest first."""
    rows = Survey.objects.select_related("contact__reason").filter(
        ~Q(comment=""), programme=rep.programme, contact__rep=rep, answered_at__gte=since, answered_at__lt=until
    )
    return list(rows.order_by("-answered_at")[:limit])


def best_by_rep(programme: Programme, start: datetime, end: datetime, *, reps: list[str]) -> dict[str, Survey]:
    """Return for each rep (agent id) the survey worth looking at: of contacts that arrived in [start, end), rated
    4 or 5 and not unresolved, those with a comment first.
    """
    found = (
        Survey.objects.select_related("contact__customer", "contact__rep", "contact__reason")
        .filter(
            programme=programme,
            contact__programme=programme,
            contact__arrived_at__gte=start,
            contact__arrived_at__lt=end,
            contact__rep__agent_id__in=reps,
            rating__gte=4,
        )
        .exclude(resolved=False)
        .order_by("rating", Length("comment"), "-pk")
    )
    return {one.contact.rep.agent_id: one for one in found if one.contact.rep is not None}
