"""Reads of what customers say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.feedback.models import Survey

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
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
