"""What is recognised: categories of awards and those of some months, thanks, and rewards that people value.

Of the awards some are announced, one of them in doubt by what the partner said later; one waits for the partner
and one for the manager; where nobody could be told from the others, it was closed so.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.queries import members_of
from rapport.demo.people import MANAGER, PARTNER, SUPERVISOR
from rapport.insight.queries import FIRST
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.ledger import actions as ledger
from rapport.ledger.actions import Word
from rapport.ledger.judging import State, Status
from rapport.ledger.queries import claims_of
from rapport.recognition.awards import actions as awards
from rapport.recognition.awards.counting import first_of_next, known_on, months_before
from rapport.recognition.awards.queries import announced
from rapport.recognition.kudos import actions as kudos
from rapport.recognition.kudos.queries import left_of
from rapport.recognition.rewards import actions as rewards

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.demo.people import Setting
    from rapport.recognition.awards.models import Award, Category

MONTHS = 5
SURE, OF_FEW = 0.5, 0.3  # a rep has some twenty wishes to leave a month: nobody stands out more surely
SPIRIT, VOTERS = "team-spirit", 0.6
SAVES = "verified_save_rate"
NOON = time(12)
LATER, AGAIN = timedelta(days=20), 9  # after a save, and the number of the partner's last word on it
THANKS, WISHERS, GIVEN = 40, 0.8, 12
CATEGORIES = (
    (
        "Kept for good",
        "Customers who wanted to leave, and are still glad they stayed",
        "verified_save_rate",
        10,
        True,
    ),
    ("Customer delight", "What customers say afterwards", "satisfaction", 20, True),
    ("Solved at once", "Nobody has to call twice", "first_contact_resolution", 40, False),
    ("Team spirit", "Who made the day easier for the others", "votes", 5, False),
)
REWARDS = (
    ("A day off", 18_000, 6),
    ("A course of your choice", 25_000, None),
    ("Dinner for two", 9_000, 12),
    ("First choice of shifts for a month", 3_000, None),
    ("Book voucher", 2_500, 40),
)
BUDGET = 120_000
WORDS = (
    "You took the angry one so that I could finish mine. Thank you.",
    "The way you explained the fee: I say it like that now.",
    "Stayed calm for forty minutes, and the customer thanked you twice.",
    "You rang back when you said you would, on a day like that.",
    "You noticed the wrong address before it became a problem.",
)


def thank(setting: Setting, *, seed: int) -> None:
    """Hold awards for some months, thank people, and give what they value."""
    chance = Random(f"{seed} thanks")
    people = {one.agent_id: one for one in members_of(setting.programme)}
    manager, partner, supervisor = people[MANAGER], people[PARTNER], people[SUPERVISOR]
    made = _categories(setting, manager)
    _vote(setting, chance)
    _awards(setting, made, manager, partner)
    now = clock.now()
    for number in range(THANKS):
        giver, rep = chance.choice([*setting.reps, supervisor]), chance.choice(setting.reps)
        with clock.at(now - timedelta(hours=3 + 7 * (THANKS - number))):
            if giver.pk != rep.pk and left_of(giver):
                with suppress(Conflict):  # thanked this week already: on a small floor dice say so
                    kudos.give(member=giver, to=rep.agent_id, words=chance.choice(WORDS))
    _rewards(setting, manager, supervisor, chance)
    kudos.reach_milestones(programme=setting.programme)


def _months(setting: Setting) -> list[date]:
    today = clock.now().astimezone(setting.programme.zone).date()
    return [months_before(today.replace(day=1), back) for back in range(MONTHS, -1, -1)]


def _noon(setting: Setting, day: date) -> datetime:
    """Return noon of a day, or now if that is earlier."""
    return min(datetime.combine(day, NOON, setting.programme.zone), clock.now())


def _categories(setting: Setting, manager: Member) -> list[Category]:
    with clock.at(_noon(setting, _months(setting)[0])):
        return [
            awards.set_category(
                programme=setting.programme, actor=f"member:{manager.pk}", key="", name=name, about=about,
                measure=measure, compares="level", months=range(1, 13), fewest=fewest, most=3,
                sure=OF_FEW if measure == SAVES else SURE, asks_partner=asks,
            )
            for name, about, measure, fewest, asks in CATEGORIES
        ]  # fmt: skip


def _vote(setting: Setting, chance: Random) -> None:
    """Have most name somebody last month, and this one."""
    for month in _months(setting)[-2:]:
        with clock.at(_noon(setting, month + timedelta(days=2))):
            for voter in setting.reps:
                named = chance.choice(setting.reps[:6])
                if named.pk != voter.pk and chance.random() < VOTERS:
                    awards.vote(member=voter, category=SPIRIT, month=month, named=named.agent_id)


def _awards(setting: Setting, made: list[Category], manager: Member, partner: Member) -> None:
    """Count the awards that have matured, and decide on them."""
    today = clock.now().astimezone(setting.programme.zone).date()
    for category in made:
        days = [(one, known_on(setting.programme, category.measure, one)) for one in _months(setting)]
        ripe = [(month, day) for month, day in days if day <= today]
        if category.measure != SAVES:
            ripe = ripe[-1:]  # contacts are told of for a month only
        for month, day in ripe:
            with clock.at(_noon(setting, day)):
                row = awards.draft(programme=setting.programme, category=category.key, month=month, actor="system")
            if row is not None:
                _decide(row, category, manager, partner)
    _doubt(setting)


def _decide(row: Award, category: Category, manager: Member, partner: Member) -> None:
    """Announce it yesterday, but of two categories: one waits for the manager, one for the partner."""
    yesterday = max(clock.now() - timedelta(days=1), row.counted_at)
    if category.key == SPIRIT:
        return
    with clock.at(row.counted_at if category.measure == SAVES else yesterday):
        if not row.winners.exists():
            awards.turn_down(member=manager, award=row.public_id, cause=row.why_nobody)
            return
        awards.approve(member=manager, award=row.public_id)
        if row.asks_partner and category.measure != SAVES:
            return
        if row.asks_partner:
            awards.confirm(member=partner, award=row.public_id)
        awards.announce_award(member=manager, award=row.public_id)


def _doubt(setting: Setting) -> None:
    """Have the partner charge back most saves of the surest winner of the last award for saves."""
    given = [one for one in announced(setting.programme, FIRST) if one.row.category.measure == SAVES]
    if not given:
        return
    month, winner = given[0].row.month, max(given[0].winners, key=lambda one: one.chance or 0)
    last = first_of_next(month) - timedelta(days=1)
    claims = claims_of(setting.programme, month, last, rep=winner.rep_id).select_related("account").order_by("pk")
    matured = [one for one in claims if one.state == State.MATURED]
    words = [
        Word(one.account.customer_id, one.account.holding, one.made_at + LATER, Status.CHARGED_BACK, AGAIN)
        for one in matured[: len(matured) * 3 // 4]
    ]
    ledger.hear(programme=setting.programme, words=words, actor="import")
    awards.look_again(programme=setting.programme)


def _rewards(setting: Setting, manager: Member, supervisor: Member, chance: Random) -> None:
    rows = [
        rewards.set_reward(member=manager, name=name, cost=cost, currency="GBP", left=left)
        for name, cost, left in REWARDS
    ]
    month = rewards.month_now(setting.programme)
    rewards.set_budget(member=manager, month=month, amount=BUDGET, currency="GBP")
    wished: dict[int, list[UUID]] = {}
    for rep in setting.reps:
        if chance.random() < WISHERS:
            wished[rep.pk] = [one.public_id for one in chance.sample(rows, 3)]
            rewards.wish(member=rep, rewards=wished[rep.pk])
    cheap = [one for one in rows if one.cost <= BUDGET // GIVEN]
    for number in range(GIVEN):
        rep, once = chance.choice(setting.reps), UUID(int=chance.getrandbits(128), version=4)
        liked = [one for one in cheap if one.public_id in wished.get(rep.pk, [])]
        reward = chance.choice(liked if liked and number % 3 else cheap)
        rewards.give(member=supervisor, reward=reward.public_id, to=rep.agent_id, why="thanks", once=once)
