"""The offers of the demonstration: to keep customers, to sell them something more, to thank them; and its rules.

Everybody of a level may grant what its grants say; the welcome offer is better than what loyal customers get, and
is published with the reason; one draft waits to be approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from rapport.accounts.queries import member_by_agent_id
from rapport.demo import bulk
from rapport.demo.people import MANAGER, SUPERVISOR
from rapport.kit import clock
from rapport.kit.drawing import place_of
from rapport.offers.catalogue import actions
from rapport.offers.catalogue.definition import Offer, read_offer

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

CONTROL = 0.04  # of customers are offered nothing
RULES = f"""skill = "retention"
value_from = "remaining_value"
usual_value = 20000
tiers = {{ middle = 20000, high = 45000 }}
control = {CONTROL}
explore = 0.15
hold_minutes = 20
"""
GRANT = """
[[authority]]
level = {level}
tier = "{tier}"
most = {most}
"""
WELCOME_BECAUSE = "The partner pays for it until the new year; loyal customers get the anniversary gift instead."


@dataclass(frozen=True)
class Made:
    """An offer as it is written: its key, its text, and why it is published although it is flagged."""

    key: str
    text: str
    because: str = ""

    @cached_property
    def offer(self) -> Offer:
        """What the text says."""
        return read_offer(self.text)


def _text(name: str, kind: str, terms: str, words: str, because: str, more: str) -> str:
    return (
        f'name = "{name}"\nkind = "{kind}"\nterms = "{terms}"\nwords = "{words}"\nbecause = "{because}"\n'
        f'currency = "GBP"\n{more.strip()}\n'
    )


def _grants(*grants: tuple[int, str, int]) -> str:
    return "".join(GRANT.format(level=level, tier=tier, most=most) for level, tier, most in grants)


FEE_WAIVED = Made(
    "fee-waived",
    _text(
        "The fee waived for a year", "save", "No yearly fee for twelve months; then the usual one again.",
        "I can take the fee off for the next twelve months, {customer.first_name|}. Would that help?",
        "The fee is what most of them weigh.",
        "cost = 4500\nbudget = 1800000\nlift = 0.32\ntakes = 0.55"
        + _grants((3, "any", 4500), (1, "middle", 4500), (0, "high", 4500)),
    ),
)  # fmt: skip
NO_FEE_CARD = Made(
    "no-fee-card",
    _text(
        "The card without a fee", "save", "The Everyday card instead of theirs: no yearly fee, the same number.",
        "We have a card that costs nothing a year, and you keep your number. Shall I change it over?",
        "They keep a card, and have nothing to pay for.",
        "cost = 1500\nlift = 0.22\ntakes = 0.4",
    ),
)  # fmt: skip
CASHBACK = Made(
    "cashback",
    _text(
        "Cashback of 2 % for three months", "save", "2 % of all they buy is paid back for three months.",
        "For the next three months you would get two percent back on all you buy. How does that sound?",
        "It answers another bank's cashback.",
        "cost = 6000\nbudget = 2500000\nlift = 0.4\ntakes = 0.65" + _grants((4, "any", 6000), (2, "high", 6000)),
    ),
)  # fmt: skip
LATE_FEE_BACK = Made(
    "late-fee-back",
    _text(
        "The last late fee paid back", "save", "The last late fee is paid back within three days.",
        "That went wrong on our side, {customer.first_name|}. I have the late fee paid back to you.",
        "They want to leave over a mistake of ours.",
        'reasons = ["service", "promise"]\ncost = 1200\nstock = 400\nlift = 0.15\ntakes = 0.8',
    ),
)  # fmt: skip
COVER = Made(
    "travel-cover",
    _text(
        "Travel cover", "cross_sell", "Travel insurance for the family; the first two months cost nothing.",
        "Since you travel with the card: shall I add the travel cover? The first two months cost nothing.",
        "They use the card abroad, and it covers the family.",
        'products = ["Travel cover"]\ncost = 800\ngain = 3600\nstock = 1500\nlift = 0.01\ntakes = 0.15',
    ),
)  # fmt: skip
SECOND_CARD = Made(
    "second-card",
    _text(
        "A second card for the household", "cross_sell", "A second card on the same account, free for a year.",
        "Would a second card for somebody at home be of use? It is free for a year.",
        "Households with two cards stay longer.",
        'products = ["Second card"]\ncost = 900\ngain = 2400\nlift = 0.015\ntakes = 0.12\n'
        '[[suitable]]\nfield = "customer.years"\nat_least = 1',
    ),
)  # fmt: skip
ANNIVERSARY = Made(
    "anniversary",
    _text(
        "A gift for the years with us", "loyalty", "Fifteen pounds on the next statement.",
        "You have been with us for {customer.years|some} years. Let me put fifteen pounds on your next statement.",
        "They have been with us for years, and nobody thanked them yet.",
        'for = "loyal"\ncost = 1500\nbudget = 1200000\nlift = 0.08\ntakes = 0.95',
    ),
)  # fmt: skip
WELCOME = Made(
    "welcome",
    _text(
        "Double cashback in the first year", "loyalty", "Cashback of 2 % instead of 1 % for twelve months.",
        "As you are new with us: your cashback is doubled for the first year.",
        "New customers who use the card in the first weeks stay.",
        'for = "new"\ncost = 3000\nworth = 6000\nlift = 0.16\ntakes = 0.9',
    ),
    WELCOME_BECAUSE,
)  # fmt: skip
HALF_FEE = Made(
    "half-fee",
    _text(
        "Half the fee for a year", "save", "The yearly fee is halved for twelve months.",
        "I can halve your fee for the next year, {customer.first_name|}. Shall I?",
        "Cheaper than waiving it, for who would stay for less.",
        'reasons = ["price"]\ncost = 2250\nbudget = 500000\nlift = 0.2\ntakes = 0.4' + _grants((1, "any", 2250)),
    ),
)  # fmt: skip
LIVE = (FEE_WAIVED, NO_FEE_CARD, CASHBACK, LATE_FEE_BACK, COVER, SECOND_CARD, ANNIVERSARY, WELCOME)


def drawn_for_control(seed: int, whose: str) -> bool:
    """Say whether a customer of this public id is of the share that is offered nothing."""
    return place_of(_key(seed), whose) < CONTROL


def _key(seed: int) -> str:
    """Return by what the control is drawn: the same for the same seed."""
    return f"{seed:064x}"


def stock(programme: Programme, *, since: datetime, seed: int) -> None:
    """Put rules and offers on file as people do: written by the supervisor, approved by the manager."""
    writer, approver = (member_by_agent_id(programme, agent) for agent in (SUPERVISOR, MANAGER))
    assert writer and approver
    by, actor = f"member:{writer.pk}", f"member:{approver.pk}"
    with clock.at(since):
        told = (str(programme.pk), _key(seed), bulk.stamp(since.timestamp()))
        bulk.copy("offers.OfferRules", ("programme_id", "key", "changed_at"), [told])
        actions.change_rules(programme=programme, text=RULES, by=approver, actor=actor)
        for one in (*LIVE, HALF_FEE):
            made = actions.save_draft(
                programme=programme, key=one.key, text=one.text, instead_of=None, by=writer, actor=by
            )
            actions.submit(row=made.offer, number=1, by=writer, actor=by)
            if one is not HALF_FEE:
                actions.approve(row=made.offer, number=1, by=approver, actor=actor)
                actions.publish(row=made.offer, number=1, flag_because=one.because, actor=actor)
