"""The pages of offers: their list, one with its versions and what is left, and how they are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.guides.definition.conditions import in_words
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.offers.catalogue import actions, queries
from rapport.offers.catalogue.access import access_offer
from rapport.offers.catalogue.definition import Offer, read_offer
from rapport.offers.catalogue.newcomers import Flag
from rapport.offers.choosing.layers import called, said
from rapport.studio import written
from rapport.studio.routing import actor_of, moment_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

looking = staff_page(Right.WRITE_OFFERS, Right.APPROVE_OFFERS)
writing = staff_page(Right.WRITE_OFFERS)
approving = staff_page(Right.APPROVE_OFFERS)
NEW = """name = "Half the fee for a year"
kind = "save"            # save, cross_sell or loyalty
for = "all"              # new, loyal or all
products = []            # held by the customer; empty: any
reasons = []             # for leaving, either level; empty: any
terms = "The yearly fee is halved for twelve months."
words = "I can halve your fee for the next year, {customer.first_name|}. Shall I?"
because = "It answers the fee."
currency = "EUR"
cost = 3000              # minor units, once accepted
valid_days = 14
stock = 500
budget = 600000          # a month
lift = 0.15              # how many more stay because of it, as you expect
takes = 0.5              # how many accept it, as you expect

[[authority]]
level = 0
most = 3000

[limits]
times = 1
days = 365
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: an offer, and its flag where it is better for newcomers."""

    offer: Offer
    flag: Flag | None

    def conditions(self, layer: str) -> str:
        """Return what a layer asks, as people read it."""
        return in_words(getattr(self.offer, layer), called, said)


@never_cache
@require_safe
@looking
def offers(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the offers, with what is left of each."""
    rows = queries.offers_of(member.programme)
    return pages.render(request, "studio/offers/offers.html", {**context_of(member, "offers"), "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@approving
def rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how the programme chooses offers, and change it."""
    row, error = queries.rules_row(member.programme), ""
    text = row.text if row else ""
    if request.method == "POST":
        text, changes = written.text_sent(request), written.number_of(request.POST.get("changes", "")) or 0
        try:
            actions.change_rules(
                programme=member.programme, text=text, changes=changes, by=member, actor=actor_of(member)
            )
            to = reverse("offer-rules", args=[member.programme.key])
            return pages.redirect(request, to, said="The rules are on file. They count from the next choice on.")
        except DomainError as fault:
            error = str(fault)
    context = {**context_of(member, "rules"), "row": row, "text": text, "error": error}
    context["rules"] = queries.rules_of(member.programme)
    return pages.render(request, "studio/offers/rules.html", context, status=422 if error else 200)


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of offers is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "offers",
        "tab_of_offers": tab,
        "writes": member.may(Right.WRITE_OFFERS),
        "approves": member.may(Right.APPROVE_OFFERS),
        "error": "",
    }


def _read(member: Member, text: str, key: str) -> Said:
    offer = read_offer(text, queries.known_names(member.programme))
    return Said(offer, queries.flag_on(member.programme, key, offer))


def _steps(asked: written.Asked) -> dict[str, written.Step]:
    """Return what is done otherwise: it may be live later, with a reason where newcomers get more."""
    sent, told = asked.sent, asked.told
    return {
        "publish": lambda: actions.publish(
            **told,
            starts_at=moment_of(asked.member.programme, sent.get("starts_at", "")),
            flag_because=sent.get("flag_because", ""),
        ),
        "call_off": lambda: actions.call_off(**told),
    }


desk = written.Desk(
    name="offer",
    folder="studio/offers",
    begins=NEW,
    writes=Right.WRITE_OFFERS,
    approves=Right.APPROVE_OFFERS,
    find=access_offer,
    read=_read,
    actions=actions,
    context=lambda member: context_of(member, "offers"),
    steps=_steps,
    more=lambda row, reading: {"left": queries.left_of(row, reading.said.offer) if reading.said else []},
    done={"withdraw": "Withdrawn. What was accepted is fulfilled."},
)
