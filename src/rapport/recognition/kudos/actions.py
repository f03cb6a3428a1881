"""Writes of thanks: given, withdrawn; and milestones reached."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.names import names_for
from rapport.accounts.queries import members_of, members_with
from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns
from rapport.recognition.kudos import events
from rapport.recognition.kudos.models import MOST_A_WEEK, Kudos, Milestone
from rapport.recognition.privacy import kept_words

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST = 300
MILESTONES = (3, 6, 12, 24, 36, 60, 120, 180, 240)
TOLD_FOR = timedelta(days=31)


def week_of(programme: Programme) -> date:
    """Return the Monday of the programme's week now."""
    today = clock.now().astimezone(programme.zone).date()
    return today - timedelta(days=today.weekday())


@transaction.atomic
def give(*, member: Member, to: str, words: str, contact: UUID | None = None) -> Kudos:
    """Thank a rep (what the member may call them), with a contact that the member may read and the rep had."""
    rep = rep_called(member, to)
    if rep.pk == member.pk:
        raise Invalid("Thank somebody else.")
    words = kept_words(words, LONGEST, "your words")
    if not words:
        raise Invalid("Say what for.")
    about = access_contact(member, contact) if contact else None
    if about is not None and about.rep_id != rep.pk:
        raise Invalid("Somebody else had that contact.")
    take_turns(Turn.KUDOS, member.programme_id)
    week = week_of(member.programme)
    given = Kudos.objects.filter(giver=member, week=week)
    if given.filter(rep=rep).exists():
        raise Conflict(f"You thanked {to} this week already.")
    number = given.count() + 1
    if number > MOST_A_WEEK:
        raise Conflict(
            f"{MOST_A_WEEK} a week are the most, so that they are worth something. Next week there are more."
        )
    row = Kudos.objects.create(
        programme=member.programme, giver=member, rep=rep, contact=about, words=words, at=clock.now(), week=week,
        number=number,
    )  # fmt: skip
    told = events.KudosGiven(rep=rep.agent_id, contact=str(about.public_id) if about else None)
    announce(told, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")
    return row


def rep_called(member: Member, called: str) -> Member:
    """Return the rep whom the member calls so: by agent id, or as the agreement lets the partner call them."""
    names = names_for(member)
    for one in members_with(member.programme, Right.TAKE_CONTACTS):
        if names.key_of(one.agent_id) == called:
            return one
    raise Invalid("Choose somebody who takes contacts.")


@transaction.atomic
def withdraw(*, member: Member, kudos: UUID) -> None:
    """Take back thanks of one's own: the words go, its place in the week stays used. Twice is once."""
    row = Kudos.objects.select_for_update(of=("self",)).select_related("rep").filter(
        programme=member.programme, public_id=kudos
    ).first()  # fmt: skip
    if row is None or member.pk not in (row.giver_id, row.rep_id):
        raise NotFound
    if row.giver_id != member.pk:
        raise Forbidden("Who gave it takes it back.")
    if row.withdrawn_at is not None:
        return
    row.words, row.withdrawn_at = "", clock.now()
    row.save(update_fields=["words", "withdrawn_at"])
    told = events.KudosWithdrawn(rep=row.rep.agent_id)
    announce(told, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")


@transaction.atomic
def reach_milestones(*, programme: Programme) -> int:
    """Note who has been here for a round time since the day they joined; one long past is not told late."""
    today, reached = clock.now().astimezone(programme.zone).date(), 0
    for one in members_of(programme):
        since = one.since.astimezone(programme.zone).date()
        for months in MILESTONES if one.is_active else ():
            on = after_months(since, months)
            if not today - TOLD_FOR < on <= today:
                continue
            _, is_new = Milestone.objects.get_or_create(
                programme=programme, member=one, months=months, defaults={"reached_on": on}
            )
            if is_new:
                told = events.MilestoneReached(member=one.agent_id, months=months)
                announce(told, programme=programme, subject=programme.public_id, actor="system")
                reached += 1
    return reached


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last of that month where it has none such."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
