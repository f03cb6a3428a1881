"""Claims of kept customers: the list behind every figure, and the life of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.guides.versions import guide_by_key, read_version, version_by_number
from rapport.insight import claims
from rapport.kit import pages
from rapport.kit.errors import NotFound
from rapport.ledger import listing
from rapport.ledger.access import access_claim
from rapport.ledger.actions import VOID_REASONS
from rapport.ledger.life import Life, life_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

reader = staff_page(Right.READ_REPORTS, Right.READ_TEAM_CONTACTS, Right.READ_OWN_CONTACTS, Right.TAKE_CONTACTS)


@never_cache
@require_safe
@reader
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the claims that the address asks for, of those the member may read, the latest first."""
    programme, people = member.programme, names_for(member)
    asked = claims.read_asked(request.GET, programme, people)
    wanted, any_state = asked.wanted(programme), asked.wanted(programme, any_state=True)
    found = listing.page(member, wanted, before=asked.before, limit=claims.PAGE + 1)
    counts = listing.counts(member, any_state)
    narrowed = counts if wanted.states == () else listing.counts(member, wanted)
    back = listing.taken_back(member, wanted)
    _note(request, member, f"claims {asked.address()}", min(len(found), claims.PAGE))
    context = {
        "asked": asked,
        "called": claims.Called(programme, people),
        "counts": counts,
        "count": sum(narrowed.values()),
        "taken_back": back,
        "rows": found[: claims.PAGE],
        "older": found[claims.PAGE - 1].public_id if len(found) > claims.PAGE else None,
        "options": _options(member, asked),
        "words": claims,
    }
    return pages.render(request, "insight/claims.html", _page(member, context))


@never_cache
@require_safe
@reader
def one(request: HttpRequest, member: Member, claim_id: UUID) -> HttpResponseBase:
    """Show a claim's life: who, which words, which offer, its entries, and each word that moved it."""
    claim = access_claim(member, claim_id)
    life = life_of(member.programme, claim)
    people = names_for(member)
    sees_customer = member.may(Right.READ_CONTACTS) or claim.rep_id == member.pk
    if sees_customer:
        note_look(
            lookers.person(request, member),
            what="customer",
            right=Right.READ_CONTACTS if member.may(Right.READ_CONTACTS) else Right.READ_OWN_CONTACTS,
            subject=claim.account.customer.public_id,
            about=f"claim {claim_id}",
            why="a claim's life",
            once=hourly(claim_id),
        )
    else:
        _note(request, member, f"claim {claim_id}", 1)
    context = {
        "claim": claim,
        "life": life,
        "sees_customer": sees_customer,
        "called": claims.Called(member.programme, people),
        "of_actor": people.of_actor,
        "titles": _titles(life),
        "void_reasons": VOID_REASONS,
        "words": claims,
    }
    return pages.render(request, "insight/claim.html", _page(member, context))


def _page(member: Member, context: dict[str, Any]) -> dict[str, Any]:
    return {"member": member, "section": "reports", "programme": member.programme, **context}


def _options(member: Member, asked: claims.Asked) -> dict[str, list[tuple[str, str]]]:
    """Return what the form can be filled with: what there are claims of in the period, and what is chosen."""
    called = claims.Called(member.programme, asked.people)
    period = claims.Asked(asked.people, asked.of, asked.start, asked.end).wanted(member.programme)
    found: dict[str, list[tuple[str, str]]] = {}
    for name, values in listing.options(member, period).items():
        there = {*values, *([asked.by[name]] if name in asked.by else ())}
        told = [(asked.people.key_of(one) if name == "rep" else one, called(name, one)) for one in there]
        if told:
            found[name] = sorted(told, key=lambda one: one[1].casefold())
    return found


def _titles(life: Life) -> dict[str, str]:
    """Return what the steps of the guide are called, in the version that the contact went by."""
    claim = life.claim
    if not claim.guide or claim.guide_version is None:
        return {}
    try:
        kept = version_by_number(guide_by_key(claim.programme, claim.guide), claim.guide_version)
    except NotFound:
        return {}
    return {step.key: step.title for step in read_version(kept).steps}


def _note(request: HttpRequest, member: Member, about: str, count: int) -> None:
    right = Right.READ_REPORTS if member.may(Right.READ_REPORTS) else Right.READ_OWN_CONTACTS
    by = lookers.person(request, member)
    note_look(by, what="report", right=right, about=about, count=count, why="claims of kept customers")
