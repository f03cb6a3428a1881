"""The pages of offers: their list, one with its versions and what is left, and how they are chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.guides.definition.conditions import in_words
from rapport.kit import pages
from rapport.kit.errors import DomainError, Forbidden
from rapport.kit.versions import numbered
from rapport.offers.catalogue import actions, queries
from rapport.offers.catalogue.access import access_offer
from rapport.offers.catalogue.definition import Offer, OfferInvalid, read_offer
from rapport.offers.catalogue.newcomers import Flag
from rapport.offers.choosing.layers import called, said
from rapport.studio import written
from rapport.studio.routing import actor_of, moment_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.offers.models import KeptOffer

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
class Reading:
    """A text, the offer it tells of with its flag, or its faults by line."""

    text: str
    offer: Offer | None = None
    flag: Flag | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)

    def conditions(self, layer: str) -> str:
        """Return what a layer asks, as people read it."""
        return in_words(getattr(self.offer, layer), called, said) if self.offer else ""


@never_cache
@require_safe
@looking
def offers(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the offers, with what is left of each."""
    rows = queries.offers_of(member.programme)
    return pages.render(request, "studio/offers/offers.html", {**context_of(member, "offers"), "rows": rows})


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin an offer: nothing is kept before it is saved."""
    return _page(request, member, None, NEW)


@never_cache
@require_safe
@looking
def offer(request: HttpRequest, member: Member, offer: str) -> HttpResponseBase:
    """Show an offer: the text of its newest version or the one asked for, its versions, what is left."""
    row = access_offer(member.programme, offer)
    number = written.number_asked(request, queries.versions_of(row, limit=1)[0][0].number)
    return _page(request, member, row, numbered(row.versions.all(), number).text)


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text says as an offer, or its faults; nothing is kept."""
    reading = _read(member, written.text_sent(request), request.POST.get("key", ""))
    return pages.render(request, "studio/offers/said.html", {**context_of(member, "offers"), "reading": reading})


@require_POST
@writing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a draft on file; one with faults comes back with them."""
    text, key = written.text_sent(request), request.POST.get("key", "").strip()
    seen = written.number_seen(request)
    try:
        made = actions.save_draft(
            programme=member.programme,
            key=key,
            text=text,
            instead_of=seen,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        row = access_offer(member.programme, key) if seen else None
        return _page(request, member, row, text, error=error, status=error.status)
    return _to(request, member, made.offer, "The draft is on file.")


@require_POST
@looking
def decide(request: HttpRequest, member: Member, offer: str, number: int) -> HttpResponseBase:
    """Hand in, approve, send back, publish or call off a version."""
    row, sent = access_offer(member.programme, offer), request.POST
    told: dict[str, Any] = {"row": row, "number": number, "actor": actor_of(member)}
    steps: dict[str, written.Step] = {
        "submit": lambda: actions.submit(**told, by=member),
        "approve": lambda: actions.approve(**told, by=member),
        "send_back": lambda: actions.send_back(**told, because=sent.get("because", "")),
        "publish": lambda: actions.publish(
            **told,
            starts_at=moment_of(member.programme, sent.get("starts_at", "")),
            flag_because=sent.get("flag_because", ""),
        ),
        "call_off": lambda: actions.call_off(**told),
    }
    try:
        written.step_asked(request, member, steps, writes=Right.WRITE_OFFERS, approves=Right.APPROVE_OFFERS)()
    except Forbidden:
        raise
    except DomainError as error:
        text = numbered(row.versions.all(), number).text
        return _page(request, member, row, text, error=error, status=error.status)
    return _to(request, member, row, DONE[sent["do"]])


DONE = {
    "submit": "Handed in. Somebody else approves it.",
    "approve": "Approved. It can be published.",
    "send_back": "Sent back with what to put right.",
    "publish": "Published.",
    "call_off": "It waits again.",
}


@require_POST
@approving
def withdraw(request: HttpRequest, member: Member, offer: str) -> HttpResponseBase:
    """Offer it to nobody any more."""
    row = access_offer(member.programme, offer)
    actions.withdraw(row=row, actor=actor_of(member))
    return _to(request, member, row, "Withdrawn. What was accepted is fulfilled.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@approving
def rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how the programme chooses offers, and change it."""
    row, error = queries.rules_row(member.programme), ""
    text = row.text if row else ""
    if request.method == "POST":
        text, seen = written.text_sent(request), request.POST.get("changes", "0")
        changes = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
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


def _page(
    request: HttpRequest,
    member: Member,
    row: KeptOffer | None,
    text: str,
    *,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    key = row.key if row else request.POST.get("key", "")
    reading = _read(member, text, key)
    versions = queries.versions_of(row) if row else []
    context = {
        **context_of(member, "offers"),
        "row": row,
        "key": key,
        "text": text,
        "reading": reading,
        "versions": versions,
        "newest": versions[0][0] if versions else None,
        "left": queries.left_of(row, reading.offer) if row and reading.offer else [],
        "error": str(error) if error and not isinstance(error, OfferInvalid) else "",
    }
    return pages.render(request, "studio/offers/offer.html", context, status=status)


def _read(member: Member, text: str, key: str) -> Reading:
    try:
        offer = read_offer(text, queries.known_names(member.programme))
    except OfferInvalid as error:
        return Reading(text, faults=error.faults)
    return Reading(text, offer, queries.flag_on(member.programme, key, offer))


def _to(request: HttpRequest, member: Member, row: KeptOffer, words: str) -> HttpResponse:
    return pages.redirect(request, reverse("offer", args=[member.programme.key, row.key]), said=words)
