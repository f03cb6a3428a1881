"""Writes of awards: categories, votes, and an award's way from its draft to being announced, or not given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from rapport.accounts.queries import member_by_agent_id, member_ids
from rapport.accounts.roles import Right
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.recognition.awards import counting, events, queries
from rapport.recognition.awards.access import access_award, access_category
from rapport.recognition.awards.measures import MEASURES, VOTES
from rapport.recognition.awards.models import LEAST, MOST_SHARE, Award, Category, Compares, State, Vote, Winner
from rapport.recognition.privacy import kept_words

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST = {"name": 80, "about": 200, "cause": 300}
MOST_FEWEST = 500


@transaction.atomic
def set_category(
    *,
    programme: Programme,
    actor: str,
    key: str,
    name: str,
    about: str,
    measure: str,
    compares: str,
    months: Sequence[int],
    fewest: int,
    sure: float,
    most: int,
    asks_partner: bool,
    is_held: bool = True,
) -> Category:
    """Write a category, or change the one with this key (empty: a new one's key is made of its name).

    Awards that were drafted before keep the rule they were counted by.
    """
    name = kept_words(name, LONGEST["name"], "the name")
    about = kept_words(about, LONGEST["about"], "what it honours")
    key = key or slugify(name)[:50]
    if not name or not key or slugify(key) != key:
        raise Invalid("Give it a name.")
    if measure not in (*MEASURES, VOTES):
        raise Invalid("Choose what it is for.")
    if compares not in Compares or (measure == VOTES and compares != Compares.LEVEL):
        raise Invalid("Choose what is compared; votes are compared as they are.")
    if not months or not set(months) <= set(range(1, 13)):
        raise Invalid("Choose the months in which it is held.")
    if not LEAST <= fewest <= MOST_FEWEST or not 0.3 <= sure <= 0.95 or not 1 <= most <= MOST_SHARE:
        raise Invalid(
            f"At least {LEAST} scores, a chance from 30 to 95 per cent, and at most {MOST_SHARE} who may share it."
        )
    told = {
        "name": name, "about": about, "measure": measure, "compares": compares, "months": sorted(set(months)),
        "fewest": fewest, "sure": sure, "most": most, "asks_partner": asks_partner, "is_held": is_held,
    }  # fmt: skip
    since = clock.now().astimezone(programme.zone).date().replace(day=1)
    row, _ = Category.objects.update_or_create(
        programme=programme, key=key, defaults=told, create_defaults={**told, "since": since}
    )
    row.programme = programme
    happening = events.CategorySet(
        category=key,
        **{one: told[one] for one in told if one not in ("name", "about")},  # type: ignore[arg-type]
    )
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    return row


@transaction.atomic
def vote(*, member: Member, category: str, month: date, named: str) -> None:
    """Name somebody of the programme for a category of a month that is open; again: somebody else instead.

    Only who takes contacts has a vote and can be named. For whom a vote is, is told to nobody.
    """
    row = access_category(member.programme, category)
    who = member_by_agent_id(member.programme, named)
    if not member.may(Right.TAKE_CONTACTS):
        raise Forbidden("Peers vote: who takes contacts.")
    if row.measure != VOTES or not row.is_held or month.month not in row.months:
        raise Conflict("There is no vote on that.")
    if month != clock.now().astimezone(member.programme.zone).date().replace(day=1):
        raise Conflict("The vote of that month is closed.")
    if who is None or not who.may(Right.TAKE_CONTACTS):
        raise Invalid("Choose a colleague.")
    if who.pk == member.pk:
        raise Invalid("Choose somebody else: nobody votes for themselves.")
    Vote.objects.update_or_create(
        category=row, month=month, voter=member, defaults={"programme": member.programme, "named": who}
    )
    happening = events.AwardVoted(category=row.key, month=month.isoformat())
    announce(happening, programme=member.programme, subject=member.programme.public_id, actor="member")


@transaction.atomic
def draft(*, programme: Programme, category: str, month: date, actor: str) -> Award | None:
    """Count the award of a category and month; None where one is there that was counted already.

    Raises Conflict where not everything of the month can have matured yet.
    """
    take_turns(Turn.AWARDS, programme.pk)
    row = access_category(programme, category)
    if month.day != 1 or Award.objects.filter(category=row, month=month).exists():
        return None
    if clock.now().astimezone(programme.zone).date() < counting.known_on(programme, row.measure, month):
        raise Conflict("It is too early: not everything of that month has matured.")
    made = Award(programme=programme, category=row, month=month)
    _count(made, row, actor)
    return made


def _count(award: Award, category: Category, actor: str) -> None:
    """Count an award and keep it as a draft, with who would win, in place of what was counted before."""
    category.programme = award.programme
    found = counting.count(category, award.month)
    award.rule, award.asks_partner = counting.rule_of(category), category.asks_partner
    award.state = State.DRAFTED
    award.counted_at = award.looked_at = clock.now()
    award.approved_by = award.approved_at = award.confirmed_by = award.confirmed_at = None
    for name, value in counting.as_kept(found).items():
        setattr(award, name, value)
    award.save()
    ids = member_ids(award.programme, named=list(found.winners))
    award.winners.all().delete()
    Winner.objects.bulk_create(
        Winner(programme=award.programme, award=award, rep_id=ids[one], chance=chance)
        for one, chance in sorted(found.winners.items())
        if one in ids
    )
    happening = events.AwardDrafted(
        category=category.key,
        month=award.month.isoformat(),
        eligible=found.eligible,
        winners=sorted(found.winners),
    )
    _tell(award, happening, actor)


@transaction.atomic
def approve(*, member: Member, award: UUID) -> Award:
    """Approve a draft, as who manages awards. Who would win it cannot. Sent twice, the first counts."""
    row = access_award(member, award, lock=True)
    if not member.may(Right.MANAGE_AWARDS):
        raise Forbidden("That is for who manages awards.")
    if row.state in (State.APPROVED, State.CONFIRMED):
        return row
    if row.state != State.DRAFTED:
        raise Conflict("It is not a draft any more.")
    if not row.winners.exists():
        raise Conflict("Nobody would win. Close it with a word why, and it is kept so.")
    if row.winners.filter(rep=member).exists():
        raise Forbidden("Somebody else approves an award that you would win.")
    row.state, row.approved_by, row.approved_at = State.APPROVED, member, clock.now()
    row.save(update_fields=["state", "approved_by", "approved_at"])
    _tell(row, events.AwardApproved(**_named(row)), _actor(member))
    return row


@transaction.atomic
def confirm(*, member: Member, award: UUID) -> Award:
    """Agree to an award, as the partner. Sent twice, the first counts."""
    row = access_award(member, award, lock=True)
    if not member.may(Right.CONFIRM_AWARDS):
        raise Forbidden("That is for the partner.")
    if row.state == State.CONFIRMED:
        return row
    if row.state != State.APPROVED or not row.asks_partner:
        raise Conflict("It does not wait for the partner.")
    row.state, row.confirmed_by, row.confirmed_at = State.CONFIRMED, member, clock.now()
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    _tell(row, events.AwardConfirmed(**_named(row)), _actor(member))
    return row


@transaction.atomic
def turn_down(*, member: Member, award: UUID, cause: str) -> Award:
    """Do not give an award, and keep why: a manager before it is announced, the partner while it waits for it."""
    row = access_award(member, award, lock=True)
    manages = member.may(Right.MANAGE_AWARDS)
    waits = row.state == State.APPROVED and row.asks_partner
    if not manages and not (member.may(Right.CONFIRM_AWARDS) and waits):
        raise Forbidden("You can turn it down while it waits for you.")
    if row.state not in (State.DRAFTED, State.APPROVED, State.CONFIRMED):
        raise Conflict("It is decided already.")
    row.state, row.cause = State.TURNED_DOWN, _cause(cause)
    row.save(update_fields=["state", "cause"])
    _tell(row, events.AwardTurnedDown(**_named(row), by_partner=not manages), _actor(member))
    return row


@transaction.atomic
def announce_award(*, member: Member, award: UUID) -> Award:
    """Tell everybody of an award that is approved, and confirmed where that is asked. Twice: the first counts."""
    row = access_award(member, award, lock=True)
    if not member.may(Right.MANAGE_AWARDS):
        raise Forbidden("That is for who manages awards.")
    if row.state == State.ANNOUNCED:
        return row
    if row.state != (State.CONFIRMED if row.asks_partner else State.APPROVED):
        raise Conflict("It waits for the partner." if row.state == State.APPROVED else "It is not approved.")
    row.state, row.announced_at = State.ANNOUNCED, clock.now()
    row.save(update_fields=["state", "announced_at"])
    _tell(row, events.AwardAnnounced(**_named(row), winners=_winners(row)), _actor(member))
    return row


@transaction.atomic
def look_again(*, programme: Programme) -> int:
    """Count the awards again that rest on claims which have changed since the last look; return how many changed.

    One not announced is drafted anew where others would win. One that is, is in doubt until a person settles it.
    """
    rows, now = queries.resting_on_claims(programme), clock.now()
    changed = sum([_look_again(programme, key) for key in queries.touched(programme, rows)])
    Award.objects.filter(pk__in=[one.pk for one in rows]).update(looked_at=now)
    return changed


def _look_again(programme: Programme, key: int) -> bool:
    row = Award.objects.select_for_update(of=("self",)).select_related("category").get(pk=key)
    row.programme = row.category.programme = programme
    category, held = _as_ruled(row), set(_winners(row))
    if row.state == State.DRAFTED:
        _count(row, category, "system")
        return True
    may_win = {one["rep"] for one in row.counted if one["may_win"]} if row.announced_at else None
    now = set(counting.count(category, row.month, previews=False, may_win=may_win).winners)
    if row.state in (State.APPROVED, State.CONFIRMED):
        if now != held:
            _count(row, category, "system")
        return now != held
    lost = sorted(held - now)
    if row.state != State.ANNOUNCED or lost == row.lost:
        return False
    row.lost, row.doubted_at = lost, clock.now() if lost else None
    row.save(update_fields=["lost", "doubted_at"])
    _tell(row, events.AwardDoubted(**_named(row), lost=lost), "system")
    return True


def _as_ruled(row: Award) -> Category:
    """Return the category as it was when the award was counted first; it is not saved."""
    category = row.category
    for name, value in row.rule.items():
        setattr(category, name, value)
    category.asks_partner = row.asks_partner
    return category


@transaction.atomic
def settle_doubt(*, member: Member, award: UUID, take_back: bool, cause: str = "") -> Award:
    """Take an award in doubt back from those who would not have won it, with the cause, or let it stand."""
    row = access_award(member, award, lock=True)
    if not member.may(Right.MANAGE_AWARDS):
        raise Forbidden("That is for who manages awards.")
    if row.state != State.ANNOUNCED or row.doubted_at is None:
        raise Conflict("It is not in doubt.")
    if row.winners.filter(rep=member, rep__agent_id__in=row.lost).exists():
        raise Forbidden("Somebody else settles an award that you won.")
    lost, happening = list(row.lost), events.AwardUpheld(**_named(row))
    row.doubted_at = None
    if not take_back:
        row.save(update_fields=["doubted_at"])
        _tell(row, happening, _actor(member))
        return row
    row.cause = _cause(cause)
    row.winners.filter(rep__agent_id__in=lost).update(taken_back_at=clock.now(), taken_back_by=member)
    row.lost = []
    if not row.winners.filter(taken_back_at__isnull=True).exists():
        row.state = State.REVERSED
    row.save(update_fields=["doubted_at", "cause", "lost", "state"])
    _tell(row, events.AwardTakenBack(**_named(row), winners=lost), _actor(member))
    return row


def _winners(row: Award) -> list[str]:
    rows = row.winners.filter(taken_back_at__isnull=True)
    return sorted(rows.values_list("rep__agent_id", flat=True))


def _named(row: Award) -> dict[str, str]:
    return {"category": row.category.key, "month": row.month.isoformat()}


def _cause(words: str) -> str:
    found = kept_words(words, LONGEST["cause"], "the cause")
    if not found:
        raise Invalid("Say why.")
    return found


def _actor(member: Member) -> str:
    return f"member:{member.pk}"


def _tell(row: Award, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
