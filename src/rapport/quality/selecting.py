"""Which contacts are scored: drawn at random when a period is over, or chosen for a reason."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.contacts.queries import closed_between, handled_between
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.quality import events, queries
from rapport.quality.access import access_selection
from rapport.quality.models import (
    OFFICIAL,
    Draw,
    Evaluation,
    Origin,
    SamplingRule,
    Scorecard,
    ScorecardVersion,
    Selection,
)
from rapport.quality.sampling import draw, period_before

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.quality.definition import Scorecard as Card

BY_HAND = (
    Origin.COMPLAINT,
    Origin.LOW_RATING,
    Origin.LONG_HOLD,
    Origin.TRANSFER,
    Origin.SAVE_REVERSED,
    Origin.UNCOMMON,
    Origin.HAND,
)
"""What somebody may say for why they chose a contact; nobody can say that it was random."""


def draw_due(*, programme: Programme, today: date | None = None) -> int:
    """Draw the contacts of every rule's last period, where that was not done yet; return how many were drawn."""
    day = today or clock.now().astimezone(programme.zone).date()
    rules = SamplingRule.objects.select_related("scorecard").filter(programme=programme, each__gt=0)
    return sum(draw_period(rule=rule, programme=programme, today=day) for rule in rules)


@transaction.atomic
def draw_period(*, rule: SamplingRule, programme: Programme, today: date, actor: str = "system") -> int:
    """Draw a rule's contacts of the last period that is over; 0 where that was done, or nothing is live."""
    take_turns(Turn.SAMPLING, programme.pk)
    starts_on, ends_before = period_before(today, rule.every)
    live = queries.live_version(rule.scorecard)
    if live is None or Draw.objects.filter(rule=rule, starts_on=starts_on).exists():
        return 0
    found = _frame(programme, queries.card_of(live), starts_on, ends_before)
    chosen = draw(rule.key, {rep: list(ids) for rep, ids in found.items()}, rule.each)
    made = Draw.objects.create(
        programme=programme,
        rule=rule,
        starts_on=starts_on,
        ends_before=ends_before,
        at=clock.now(),
        each=rule.each,
        reps=len(found),
        contacts=sum(map(len, found.values())),
        drawn=sum(map(len, chosen.values())),
    )
    Selection.objects.bulk_create(
        Selection(
            programme=programme,
            scorecard=rule.scorecard,
            contact_id=found[rep][public_id],
            rep_id=rep,
            origin=Origin.RANDOM,
            draw=made,
            asks_self=rule.asks_self,
            made_at=made.at,
        )
        for rep, ids in chosen.items()
        for public_id in ids
    )
    told = events.SampleDrawn(
        scorecard=rule.scorecard.key,
        starts_on=starts_on.isoformat(),
        ends_before=ends_before.isoformat(),
        each=rule.each,
        reps=made.reps,
        contacts=made.contacts,
        drawn=made.drawn,
    )
    announce(told, programme=programme, subject=rule.scorecard.public_id, actor=actor)
    return made.drawn


def _frame(programme: Programme, card: Card, starts_on: date, ends_before: date) -> dict[int, dict[str, int]]:
    """Return all contacts of the period that the scorecard is for: by rep, public id and internal one."""
    start, end = (datetime.combine(day, time(), programme.zone) for day in (starts_on, ends_before))
    rows = handled_between(programme, start, end).values_list("rep", "public_id", "pk", "channel", "reason__key")
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for rep, public_id, pk, channel, reason in rows:
        if rep is not None and card.fits(channel=channel, reason=reason):
            found[rep][str(public_id)] = pk
    return dict(found)


@transaction.atomic
def choose(*, member: Member, contact_id: UUID, scorecard: str, origin: str, asks_self: bool = False) -> Selection:
    """Choose a contact to be scored for a reason; who was on it may choose it for themselves."""
    contact = access_contact(member, contact_id)
    if contact.rep_id == member.pk:
        origin, asks_self = Origin.OWN, True
    elif not member.may(Right.SCORE_CONTACTS):
        raise Forbidden("You may choose contacts of your own.")
    elif origin not in BY_HAND:
        raise Invalid("Say why you choose it.")
    row = Scorecard.objects.filter(programme=member.programme, key=scorecard).first()
    if row is None or not _is_for(queries.live_version(row), contact):
        raise Invalid("That scorecard is not for contacts of this kind, or not live. Choose another one.")
    return select(
        programme=member.programme,
        scorecard=row,
        contact=contact,
        origin=Origin(origin),
        asks_self=asks_self,
        by=member,
        actor=f"member:{member.pk}",
    )


def _is_for(live: ScorecardVersion | None, contact: Contact) -> bool:
    """Say whether there is such a version, and contacts of this kind are scored by it."""
    reason = contact.reason.key if contact.reason else None
    return live is not None and queries.card_of(live).fits(channel=contact.channel, reason=reason)


@transaction.atomic
def select(
    *,
    programme: Programme,
    scorecard: Scorecard,
    contact: Contact,
    origin: Origin,
    asks_self: bool = False,
    by: Member | None = None,
    actor: str,
) -> Selection:
    """Put a contact among those to be scored, once; who chose it first has said why."""
    if contact.rep is None or contact.state != "closed":
        raise Conflict(
            "Only a contact that a rep has closed can be scored. Come back once its outcome is on file."
        )
    told = {"origin": origin, "asks_self": asks_self, "made_by": by, "made_at": clock.now(), "rep": contact.rep}
    try:
        with transaction.atomic():
            row = Selection.objects.create(programme=programme, scorecard=scorecard, contact=contact, **told)
    except IntegrityError:
        chosen = Selection.objects.exclude(origin=Origin.RANDOM)
        return chosen.get(programme=programme, scorecard=scorecard, contact=contact)
    happening = events.SelectionMade(
        contact=str(contact.public_id), scorecard=scorecard.key, origin=origin, rep=contact.rep.agent_id
    )
    announce(happening, programme=programme, subject=row.public_id, actor=actor)
    return row


def unmonitored(rep: Member, start: datetime, end: datetime) -> list[Contact]:
    """Return the contacts that a rep closed in [start, end), and that nobody chose to be scored."""
    chosen = Selection.objects.filter(contact=OuterRef("pk")).exclude(origin=Origin.RANDOM)
    rows = closed_between(rep.programme, start, end).filter(~Exists(chosen), rep=rep)
    return list(rows.select_related("reason", "rep__user", "programme").order_by("pk"))


@transaction.atomic
def monitor(*, contact: Contact, actor: str) -> list[Selection]:
    """Put a closed contact among those to be scored, by every scorecard that is for it: its rep is new at this."""
    rows = [one.row for one in queries.scorecards_of(contact.programme) if _is_for(one.live, contact)]
    told: dict[str, Any] = {"programme": contact.programme, "contact": contact, "actor": actor}
    return [select(**told, scorecard=row, origin=Origin.ON_THE_JOB) for row in rows]


@transaction.atomic
def pass_over(*, member: Member, selection_id: UUID, why: str) -> None:
    """Leave a contact that was picked unscored, for one of the reasons that are no judgement of the rep."""
    row = access_selection(member, selection_id, lock=True)
    if row.rep_id == member.pk:
        raise Forbidden("Somebody else says whether a contact of yours is scored.")
    if why not in Selection.PassedOver:
        raise Invalid("Say why it cannot be scored.")
    if Evaluation.objects.filter(selection=row, kind__in=OFFICIAL, submitted_at__isnull=False).exists():
        raise Conflict("It is scored already.")
    if row.passed_over:
        return
    row.passed_over, row.passed_over_by = why, member
    row.save(update_fields=["passed_over", "passed_over_by"])
    told = events.SelectionPassedOver(contact=str(row.contact.public_id), origin=row.origin, why=why)
    announce(told, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")
