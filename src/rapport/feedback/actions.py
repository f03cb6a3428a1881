"""Writes of what customers say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts.actions import audience_of
from rapport.customers.standing import held
from rapport.events.actions import announce
from rapport.feedback.events import SurveyAnswered, SurveyInvited
from rapport.feedback.models import Survey
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

LONGEST_COMMENT = 1000  # characters
MAY_CHANGE_FOR = timedelta(hours=24)


@transaction.atomic
def invite(*, contact: Contact) -> Survey:
    """Ask the customer of a contact that was answered and has ended, or was served; again changes nothing."""
    _require_over(contact)
    survey, is_new = Survey.objects.get_or_create(
        contact=contact, defaults={"programme": contact.programme, "invited_at": clock.now()}
    )
    if is_new:
        announce(SurveyInvited(), programme=contact.programme, subject=contact.public_id, actor="system")
    return survey


@transaction.atomic
def answer(*, contact: Contact, rating: int | None, resolved: bool | None, comment: str | None = None) -> Survey:
    """Keep the customer's answers in place of earlier ones; the same answers again change nothing.

    Without a ``comment`` (None) the earlier one stays: taps and the sentence are sent apart, in any order.

    Raises Invalid when nothing was answered or something is out of bounds, Conflict before the end of the
    conversation and a day after the first answer.
    """
    comment = None if comment is None else _readable(comment)
    if rating is None and resolved is None and not comment:
        raise Invalid("Choose a number first, or write a sentence.")
    if rating is not None and not 1 <= rating <= 5:
        raise Invalid("Choose a number from 1 to 5.")
    if contact.customer is not None and held(contact.customer) is None:
        raise Conflict("Your data with us has been erased, so your answer was not kept.")
    survey = Survey.objects.select_for_update().get(pk=invite(contact=contact).pk)
    now = clock.now()
    if survey.answered_at is not None and survey.answered_at < now - MAY_CHANGE_FOR:
        raise Conflict("Your answer is more than a day old, so it can no longer be changed. Thank you for it.")
    comment = survey.comment if comment is None else comment
    if survey.answered_at is not None and (survey.rating, survey.resolved, survey.comment) == (
        rating,
        resolved,
        comment,
    ):
        return survey
    survey.rating, survey.resolved, survey.comment = rating, resolved, comment
    survey.answered_at = survey.answered_at or now
    survey.save(update_fields=["rating", "resolved", "comment", "answered_at"])
    announce(
        SurveyAnswered(rating=rating, resolved=resolved, has_comment=bool(comment)),
        programme=contact.programme,
        subject=contact.public_id,
        actor="customer",
        audience=audience_of(contact),
    )
    return survey


def is_over(contact: Contact) -> bool:
    """Say whether the customer can tell how it went: it was answered and has ended, or they did it alone."""
    was_answered = contact.answered_at is not None and contact.state in ("wrap_up", "closed")
    return was_answered or contact.state == "served"


def _require_over(contact: Contact) -> None:
    if not is_over(contact):
        raise Conflict("The conversation still goes on; you can say how it went when it has ended.")


def _readable(text: str) -> str:
    cleaned = "".join(c for c in text if c == "\n" or c.isprintable()).strip()
    if len(cleaned) > LONGEST_COMMENT:
        raise Invalid(f"That is {len(cleaned):,} characters; a comment can hold {LONGEST_COMMENT:,}.")
    return redaction.clean(cleaned)
