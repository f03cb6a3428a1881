"""Writes of a one-to-one: a contact picked, started, actions agreed, a role play kept, ended; actions settled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.coaching import events, queries
from rapport.coaching.access import access_action, access_as_coach, access_taking_part
from rapport.coaching.models import (
    MOST_ACTIONS,
    AgreedAction,
    EndedBy,
    Method,
    OneToOne,
    RolePlay,
    State,
)
from rapport.events.actions import Happening, announce
from rapport.guides.library.queries import keys_of
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.quality import actions as quality
from rapport.quality import selecting
from rapport.routing import presence

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.quality.models import Evaluation

LONGEST = {"notes": 2000, "what": 300, "situation": 300, "went": 500}
MOST_REBUTTALS = 10
REVIEWED_WITHIN = timedelta(days=92)
AFTERWARDS = timedelta(days=1)
AT_ONCE = "One of you is in another one-to-one. End that first."


@transaction.atomic
def start(*, member: Member, one_to_one: UUID) -> OneToOne:
    """Begin a one-to-one, as its coach; the time coached counts from now. Sent twice, the first counts.

    A rep who is on the floor is set to coaching there: at once, or when what they have in hand is done.
    """
    row = access_as_coach(member, one_to_one)
    if row.state in (State.UNDER_WAY, State.DONE):
        return row
    if row.state == State.CANCELLED:
        raise Conflict("It was called off. Plan another one.")
    row.state, row.started_at = State.UNDER_WAY, clock.now()
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "started_at"])
    except IntegrityError:
        raise Conflict(AT_ONCE) from None
    if row.rep_id in presence.ids_on_floor(member.programme):
        presence.choose(member=row.rep, doing="coaching")
    _tell(row, events.OneToOneStarted(rep=row.rep.agent_id, coach=row.coach.agent_id), member)
    return row


@transaction.atomic
def end(*, member: Member, one_to_one: UUID, method: str, notes: str = "") -> OneToOne:
    """End a one-to-one, as one of its two. Sent twice, the first counts."""
    row = access_taking_part(member, one_to_one)
    if row.state == State.DONE:
        return row
    if row.state != State.UNDER_WAY:
        raise Conflict("It has not begun.")
    if method not in Method:
        raise Invalid("Say how you worked.")
    row.method, row.notes = method, _short("notes", notes)
    _end(row, EndedBy.COACH if member.pk == row.coach_id else EndedBy.REP, member.programme, f"member:{member.pk}")
    return row


@transaction.atomic
def end_forgotten(*, programme: Programme) -> int:
    """End what nobody ended in twice its planned length; its planned length counts. Return how many."""
    rows = OneToOne.objects.select_for_update(of=("self",)).select_related("rep", "coach")
    ended = 0
    for row in rows.filter(programme=programme, state=State.UNDER_WAY).order_by("pk"):
        if row.started_at is not None and clock.now() >= row.started_at + row.ends_by_itself_at:
            _end(row, EndedBy.LIMIT, programme, "system")
            ended += 1
    return ended


def _end(row: OneToOne, by: EndedBy, programme: Programme, actor: str) -> None:
    assert row.started_at is not None
    forgotten = by == EndedBy.LIMIT or clock.now() >= row.started_at + row.ends_by_itself_at
    row.state, row.ended_by = State.DONE, EndedBy.LIMIT if forgotten else by
    row.ended_at = row.started_at + timedelta(minutes=row.minutes) if forgotten else clock.now()
    row.save(update_fields=["state", "ended_at", "ended_by", "method", "notes"])
    told = events.OneToOneEnded(
        rep=row.rep.agent_id,
        coach=row.coach.agent_id,
        seconds=round(row.seconds or 0),
        by=row.ended_by,
        method=row.method,
        actions=row.actions.count(),
    )
    announce(told, programme=programme, subject=row.public_id, actor=actor)


@transaction.atomic
def pick(*, member: Member, one_to_one: UUID, contact_id: UUID, scorecard: str) -> Evaluation:
    """Pick, as the rep, a contact of one's own for a one-to-one, and take it up to score it alone.

    Another one may be picked as long as nothing was scored of the first.
    """
    row = access_taking_part(member, one_to_one)
    if member.pk != row.rep_id:
        raise Forbidden("The rep picks the contact.")
    if not row.is_open:
        raise Conflict("This one-to-one is over. Pick a contact for the next one.")
    chosen = selecting.choose(member=member, contact_id=contact_id, scorecard=scorecard, origin="own")
    if chosen.origin != "own":
        raise Conflict("Somebody has chosen already that this one is scored. Pick another one.")
    if row.selection_id not in (None, chosen.pk) and queries.is_scored(row.selection):
        raise Conflict("The contact that you picked is being scored already; it stays.")
    if row.selection_id != chosen.pk:
        row.selection = chosen
        row.save(update_fields=["selection"])
        told = events.ContactPicked(contact=str(contact_id), scorecard=scorecard)
        _tell(row, told, member)
    return quality.begin(member=member, selection_id=chosen.public_id)


@transaction.atomic
def agree(
    *, member: Member, one_to_one: UUID, criterion: str, what: str, target: int, review_on: date
) -> AgreedAction:
    """Put on file, as the coach, what the two agreed: at most three, each of another criterion."""
    row = access_as_coach(member, one_to_one)
    if not may_agree(row):
        raise Conflict("Actions are agreed while it goes on, or within a day of its end.")
    today = clock.now().astimezone(member.programme.zone).date()
    if criterion not in dict(queries.criteria_of(member.programme)):
        raise Invalid("Choose a criterion of a scorecard that is in use.")
    if not what.strip():
        raise Invalid("Say what the rep will do.")
    if not 0 <= target <= 100:
        raise Invalid("The target is a share from 0 to 100 per cent.")
    if not today < review_on <= today + REVIEWED_WITHIN:
        raise Invalid("Look at it on a day after today, within three months.")
    there = list(row.actions.all())
    if len(there) >= MOST_ACTIONS:
        raise Conflict("Three actions are agreed already. Fewer are done more often.")
    if any(one.criterion == criterion for one in there):
        raise Conflict("There is an action for this criterion already.")
    made = AgreedAction.objects.create(
        programme=member.programme,
        one_to_one=row,
        number=1 + max((one.number for one in there), default=0),
        criterion=criterion,
        what=_short("what", what),
        target=target,
        review_on=review_on,
        agreed_at=clock.now(),
    )
    told = events.ActionAgreed(
        action=str(made.public_id),
        rep=row.rep.agent_id,
        criterion=criterion,
        target=target,
        review_on=review_on.isoformat(),
    )
    _tell(row, told, member)
    return made


def may_agree(row: OneToOne) -> bool:
    """Say whether actions can be agreed: while it goes on, and for a day from its end."""
    return row.state == State.UNDER_WAY or (row.ended_at is not None and clock.now() <= row.ended_at + AFTERWARDS)


@transaction.atomic
def settle(*, member: Member, action_id: UUID, outcome: str) -> AgreedAction:
    """Say, as a coach of the rep, what became of an agreed action. Sent twice, the first counts."""
    row = access_action(member, action_id)
    if outcome not in AgreedAction.Outcome or outcome == AgreedAction.Outcome.OPEN:
        raise Invalid("Say whether it was reached.")
    if row.outcome != AgreedAction.Outcome.OPEN:
        return row
    row.outcome, row.settled_at, row.settled_by = outcome, clock.now(), member
    row.save(update_fields=["outcome", "settled_at", "settled_by"])
    told = events.ActionSettled(action=str(row.public_id), rep=row.one_to_one.rep.agent_id, outcome=outcome)
    _tell(row.one_to_one, told, member)
    return row


@transaction.atomic
def keep_role_play(
    *, member: Member, one_to_one: UUID, situation: str, rebuttals: list[str], went: str = ""
) -> RolePlay:
    """Keep a role play of a one-to-one that goes on or is done, with the rebuttals that were tried."""
    row = access_taking_part(member, one_to_one)
    if row.state not in (State.UNDER_WAY, State.DONE):
        raise Conflict("It has not begun.")
    if not situation.strip():
        raise Invalid("Say what the customer's part was.")
    tried = list(dict.fromkeys(rebuttals))
    if len(tried) > MOST_REBUTTALS or not set(tried) <= keys_of(member.programme, "rebuttal"):
        raise Invalid("Choose rebuttals of the library, ten at most.")
    made = RolePlay.objects.create(
        programme=member.programme,
        one_to_one=row,
        at=clock.now(),
        situation=_short("situation", situation),
        rebuttals=tried,
        went=_short("went", went),
    )
    _tell(row, events.RolePlayKept(rebuttals=len(tried)), member)
    return made


def _short(name: str, words: str) -> str:
    words = words.strip().replace("\x00", "")
    if len(words) > LONGEST[name]:
        raise Invalid(f"Keep it under {LONGEST[name]} characters.")
    return words


def _tell(row: OneToOne, happening: Happening, member: Member) -> None:
    announce(happening, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")
