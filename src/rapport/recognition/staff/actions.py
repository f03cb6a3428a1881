"""Writes of the fortnight's question: an answer, and how few may be shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, When

from rapport.accounts.roles import Right
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.recognition.staff import events, queries
from rapport.recognition.staff.models import BEST, LEAST, MOST, WORST, Answered, Round, Rule, Shared, Tally
from rapport.recognition.staff.signs import SIGNS

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

SOMEBODY = "somebody"
SHARED_FOR = timedelta(days=28)


@transaction.atomic
def answer(*, member: Member, value: int) -> None:
    """Add an answer to this fortnight's, and note that the member has given one; never which.

    Raises Invalid for no such answer, Conflict for a second one, Forbidden for who is not asked.
    """
    if not member.may(Right.TAKE_CONTACTS):
        raise Forbidden("Who takes contacts is asked.")
    if not WORST <= value <= BEST:
        raise Invalid(f"Choose an answer from {WORST} to {BEST}.")
    asked = _round_of(member)
    _, is_new = Answered.objects.get_or_create(
        round=asked, member=member, defaults={"programme": member.programme}
    )
    if not is_new:
        raise Conflict("You have answered this fortnight. The next question comes with the next one.")
    team = member.team.name if member.team else ""
    cells = [
        Tally(programme=member.programme, round=asked, team=team, value=each) for each in range(WORST, BEST + 1)
    ]
    Tally.objects.bulk_create(cells, ignore_conflicts=True)
    is_it = When(team=team, value=value, then=F("count") + 1)
    Tally.objects.filter(round=asked).update(
        count=Case(is_it, default=F("count"), output_field=PositiveIntegerField())
    )  # all of them: see __init__
    told = events.QuestionAnswered(starts_on=asked.starts_on.isoformat())
    announce(told, programme=member.programme, subject=member.programme.public_id, actor=SOMEBODY)


def _round_of(member: Member) -> Round:
    """Return this fortnight's round, locked: answers to it come one after the other."""
    programme = member.programme
    starts_on = queries.fortnight_of(programme)
    made = Round(programme=programme, starts_on=starts_on, fewest=queries.fewest_of(programme))
    Round.objects.bulk_create([made], ignore_conflicts=True)
    return Round.objects.select_for_update().get(programme=programme, starts_on=starts_on)


@transaction.atomic
def share(*, member: Member, sign: str, reader: str) -> None:
    """Show one of the member's signs to somebody who coaches (agent id), for four weeks from now; anew: instead.

    Raises Invalid for no such sign or nobody to show it to.
    """
    if not member.may(Right.TAKE_CONTACTS):
        raise Forbidden("Who takes contacts has signs to share.")
    if sign not in SIGNS:
        raise Invalid("Choose one of the signs.")
    who = next((one for one in queries.readers_for(member) if one.agent_id == reader), None)
    if who is None:
        raise Invalid("Choose somebody who coaches.")
    told = {"programme": member.programme, "reader": who, "until": clock.now() + SHARED_FOR}
    Shared.objects.update_or_create(member=member, sign=sign, defaults=told)
    _tell(events.SignShared(), member)


@transaction.atomic
def take_back(*, member: Member, sign: str) -> None:
    """Show a sign to nobody any more, from this moment; again: nothing happens."""
    gone, _ = Shared.objects.filter(programme=member.programme, member=member, sign=sign).delete()
    if gone:
        _tell(events.SignTakenBack(), member)


@transaction.atomic
def forget_shared(*, programme: Programme) -> int:
    """Delete what was shared and is over; return how much."""
    return Shared.objects.filter(programme=programme, until__lte=clock.now()).delete()[0]


def _tell(happening: events.SignShared | events.SignTakenBack, member: Member) -> None:
    announce(happening, programme=member.programme, subject=member.programme.public_id, actor=SOMEBODY)


@transaction.atomic
def set_fewest(*, member: Member, fewest: int) -> None:
    """Say how few may be shown, for fortnights that have not begun to be answered. Raises Invalid."""
    if not LEAST <= fewest <= MOST:
        raise Invalid(f"The smallest group that is shown has {LEAST} to {MOST} people.")
    row, _ = Rule.objects.select_for_update().get_or_create(programme=member.programme)
    if row.fewest == fewest:
        return
    told = events.FewestSet(before=row.fewest, fewest=fewest)
    row.fewest = fewest
    row.save(update_fields=["fewest"])
    announce(told, programme=member.programme, subject=member.programme.public_id, actor=f"member:{member.pk}")
