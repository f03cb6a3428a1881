"""The page of rewards: what one values, what was given, what there is to give."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid
from rapport.kit.ids import new_id
from rapport.kit.money import decimals, money
from rapport.recognition.awards.views import context_of
from rapport.recognition.rewards import actions, queries
from rapport.recognition.rewards.models import MOST_WISHES, Why

if TYPE_CHECKING:
    from rapport.accounts.models import Member

LONGEST = 15
either = staff_page(Right.TAKE_CONTACTS, Right.GIVE_REWARDS, Right.MANAGE_AWARDS)
rep_page = staff_page(Right.TAKE_CONTACTS)
giver_page = staff_page(Right.GIVE_REWARDS)
manager_page = staff_page(Right.MANAGE_AWARDS)


@never_cache
@require_safe
@either
def rewards(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what one values and was given; to who gives, who values what and how it compares."""
    return _page(request, member)


@require_POST
@rep_page
def wish(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say which rewards one values."""
    sent = [request.POST.get(f"wish{rank}", "") for rank in range(1, MOST_WISHES + 1)]

    def act() -> None:
        actions.wish(member=member, rewards=[_id(one) for one in sent if one])

    return _do(request, member, act, "It is kept. Who gives rewards sees it.")


@require_POST
@giver_page
def give(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Give a reward."""
    sent = request.POST

    def act() -> None:
        actions.give(
            member=member,
            reward=_id(sent.get("reward", "")),
            to=sent.get("to", ""),
            why=sent.get("why", ""),
            once=_id(sent.get("once", "")),
        )

    return _do(request, member, act, "It is given.")


@require_POST
@manager_page
def set_reward(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a reward on the list, or change one."""
    sent = request.POST

    def act() -> None:
        currency = sent.get("currency", "").strip().upper()
        actions.set_reward(
            member=member,
            name=sent.get("name", ""),
            cost=_amount(sent.get("cost", ""), currency),
            currency=currency,
            left=_whole(sent.get("left", "")),
            is_offered="is_offered" in sent,
            reward=_id(sent["reward"]) if sent.get("reward") else None,
        )

    return _do(request, member, act, "It is kept.")


@require_POST
@manager_page
def set_budget(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what rewards may cost this month."""
    sent = request.POST

    def act() -> None:
        currency = sent.get("currency", "").strip().upper()
        amount = _amount(sent.get("amount", ""), currency)
        month = actions.month_now(member.programme)
        actions.set_budget(member=member, month=month, amount=amount, currency=currency)

    return _do(request, member, act, "The month's budget is kept.")


def _do(request: HttpRequest, member: Member, act: Callable[[], None], said: str) -> HttpResponseBase:
    try:
        act()
    except DomainError as error:
        if error.status == 404:
            raise
        return _page(request, member, error=error)
    return pages.redirect(request, reverse("rewards", args=[member.programme.key]), said=said)


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    gives = member.may(Right.GIVE_REWARDS) or member.may(Right.MANAGE_AWARDS)
    found = queries.wishes_by_rep(member.programme) if gives else []
    offered = queries.rewards_of(member.programme, offered=True)
    asked = request.GET.get("reward", "")
    rows = queries.rewards_of(member.programme) if asked and member.may(Right.MANAGE_AWARDS) else []
    row = next((one for one in rows if str(one.public_id) == asked), None)
    context = {
        **context_of(member, "rewards"),
        "offered": [(str(one.public_id), one.name) for one in offered],
        "to_give": [(str(one.public_id), f"{one.name}, {money(one.cost, one.currency)}") for one in offered],
        "wishes": [str(one.reward.public_id) for one in queries.wishes_of(member)],
        "most_wishes": MOST_WISHES,
        "given": queries.given_to(member),
        "wanted": [one for one in found if one[1]],
        "reps": [(one.agent_id, one.name) for one, _ in found if one.pk != member.pk],
        "compared": queries.compared(member.programme) if gives else [],
        "budgets": queries.budgets_now(member.programme) if gives else [],
        "whys": Why.choices,
        "once": new_id(),
        "fewest": queries.FEWEST,
        "row": row,
        "cost": Decimal(row.cost).scaleb(-decimals(row.currency)) if row else "",
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "rewards/rewards.html", context, status=error.status if error else 200)


def _id(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise Invalid("Choose from the list.") from None


def _whole(told: str) -> int | None:
    told = told.strip()
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) <= LONGEST):
        raise Invalid("Write how many there are as a whole number.")
    return int(told)


def _amount(told: str, currency: str) -> int:
    """Return an amount written in whole units of the currency, such as 12.50, in minor units."""
    try:
        minor = Decimal(told.strip() if len(told) <= LONGEST else "").scaleb(decimals(currency))
        if minor == minor.to_integral_value():
            return int(minor)
    except (InvalidOperation, OverflowError, ValueError):
        pass
    raise Invalid("Write the amount as 12.50.")
