"""Writes of rewards: the list, the month's budget, what is given, and what reps value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.recognition.privacy import kept_words
from rapport.recognition.rewards import events
from rapport.recognition.rewards.access import access_reward
from rapport.recognition.rewards.models import MOST_WISHES, Budget, Given, Reward, Why, Wish

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST_NAME = 80
MOST_COST = 10**9
MOST_LEFT = 100_000


@transaction.atomic
def set_reward(
    *,
    member: Member,
    name: str,
    cost: int,
    currency: str,
    left: int | None,
    is_offered: bool = True,
    reward: UUID | None = None,
) -> Reward:
    """Put a reward on the list, or change one. What was given of it stays as it was."""
    _check(member, Right.MANAGE_AWARDS)
    name = kept_words(name, LONGEST_NAME, "its name")
    if not name:
        raise Invalid("Give it a name.")
    _check_money(cost, currency)
    if left is not None and not 0 <= left <= MOST_LEFT:
        raise Invalid("Say how many there are, or leave it empty.")
    row = access_reward(member, reward) if reward else Reward(programme=member.programme)
    row.name, row.cost, row.currency, row.left, row.is_offered = name, cost, currency, left, is_offered
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("There is one of that name already.") from None
    told = events.RewardSet(cost=cost, currency=currency, left=left, is_offered=is_offered)
    _tell(told, member, row.public_id)
    return row


@transaction.atomic
def set_budget(*, member: Member, month: date, amount: int, currency: str) -> Budget:
    """Say what rewards may cost in a month; never less than was spent of it."""
    _check(member, Right.MANAGE_AWARDS)
    _check_money(amount, currency)
    if month.day != 1:
        raise Invalid("Choose a month.")
    told = {"programme": member.programme, "month": month, "currency": currency}
    Budget.objects.get_or_create(**told, defaults={"amount": amount})
    row = Budget.objects.select_for_update().get(**told)
    if row.spent > amount:
        raise Conflict("More than that is spent already.")
    row.amount = amount
    row.save(update_fields=["amount"])
    happening = events.RewardBudgetSet(month=month.isoformat(), amount=amount, currency=currency)
    _tell(happening, member, member.programme.public_id)
    return row


@transaction.atomic
def give(*, member: Member, reward: UUID, to: str, why: str, once: UUID) -> Given:
    """Give a rep a reward within what is left of it and of the month's budget; with the same ``once`` only once.

    The reward is locked before the budget everywhere, so nobody waits in a circle.
    """
    _check(member, Right.GIVE_REWARDS)
    rep = member_by_agent_id(member.programme, to)
    if rep is None or not rep.may(Right.TAKE_CONTACTS):
        raise Invalid("Choose somebody who takes contacts.")
    if rep.pk == member.pk:
        raise Invalid("Somebody else gives you a reward.")
    if why not in Why:
        raise Invalid("Say what it is for.")
    row = access_reward(member, reward)
    if there := Given.objects.filter(programme=member.programme, once=once).first():
        if (there.reward_id, there.rep_id, there.why) != (row.pk, rep.pk, why):
            raise Conflict("This form gave something already. Choose anew.")
        return there
    if not row.is_offered or row.left == 0:
        raise Conflict("None of it is left. Choose another one.")
    budget = Budget.objects.select_for_update().filter(
        programme=member.programme, month=month_now(member.programme), currency=row.currency
    ).first()  # fmt: skip
    if budget is None or budget.spent + row.cost > budget.amount:
        raise Conflict("This month's budget does not allow it. Choose another one, or ask for more.")
    budget.spent += row.cost
    budget.save(update_fields=["spent"])
    if row.left is not None:
        row.left -= 1
        row.save(update_fields=["left"])
    rank = Wish.objects.filter(rep=rep, reward=row).values_list("rank", flat=True).first()
    made = Given.objects.create(
        programme=member.programme, once=once, reward=row, rep=rep, giver=member, why=why, at=clock.now(),
        cost=row.cost, currency=row.currency, rank=rank,
    )  # fmt: skip
    told = events.RewardGiven(rep=rep.agent_id, why=why, cost=row.cost, currency=row.currency, rank=rank)
    _tell(told, member, row.public_id)
    return made


@transaction.atomic
def wish(*, member: Member, rewards: Sequence[UUID]) -> None:
    """Say which rewards one values, the most first, in place of what was said before."""
    _check(member, Right.TAKE_CONTACTS)
    found = {one.public_id: one for one in Reward.objects.filter(programme=member.programme, is_offered=True)}
    if len(rewards) > MOST_WISHES or len(set(rewards)) != len(rewards) or not set(rewards) <= set(found):
        raise Invalid(f"Choose up to {MOST_WISHES} different rewards of the list.")
    take_turns(Turn.WISHES, member.programme_id)
    Wish.objects.filter(rep=member).delete()
    Wish.objects.bulk_create(
        Wish(programme=member.programme, rep=member, reward=found[one], rank=rank)
        for rank, one in enumerate(rewards, 1)
    )
    _tell(events.RewardsWished(rewards=len(rewards)), member, member.programme.public_id)


def month_now(programme: Programme) -> date:
    """Return the first day of the programme's month."""
    return clock.now().astimezone(programme.zone).date().replace(day=1)


def _check(member: Member, right: Right) -> None:
    if not member.may(right):
        raise Forbidden("Your role does not include that.")


def _check_money(amount: int, currency: str) -> None:
    if not 0 < amount <= MOST_COST:
        raise Invalid("Write an amount above nothing.")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise Invalid("Write the currency as three letters: EUR.")


def _tell(happening: Happening, member: Member, subject: UUID) -> None:
    announce(happening, programme=member.programme, subject=subject, actor=f"member:{member.pk}")
