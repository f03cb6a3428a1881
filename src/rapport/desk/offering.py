"""What the customer in hand may be offered: chosen once, offered, turned down, accepted; leave asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_in_hand
from rapport.desk.actions import in_hand
from rapport.desk.leaving import attempt_in_hand
from rapport.desk.parts import about
from rapport.guides.definition.known import SLOTS
from rapport.guides.queries import guide_of
from rapport.kit import pages
from rapport.offers.choosing import actions
from rapport.offers.choosing.queries import WHYS, Slot, slot_of
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving.queries import attempt_of, verdict_on

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.offers.leaving.rules import Verdict

at_desk = staff_page(Right.TAKE_CONTACTS)


@dataclass(frozen=True, slots=True)
class Offering:
    """The slot of offers that is open on a contact; without a ``slot``, why nothing stands in it yet."""

    name: str
    slot: Slot | None = None
    lacks: str = ""
    verdict: Verdict | None = None

    @property
    def may_offer(self) -> bool:
        """Say whether one more offer is fair."""
        return self.verdict is None or self.verdict.allowed


@never_cache
@require_GET
@at_desk
def now(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show the slot of offers that is open on the contact in hand, if one is."""
    return _part(request, member, contact_id)


@require_POST
@at_desk
def present(request: HttpRequest, member: Member, contact_id: UUID, presentation: UUID) -> HttpResponseBase:
    """Say that an offer was made to the customer."""
    actions.present(member=member, contact=in_hand(member, contact_id), presentation=presentation)
    return _told(request, member, contact_id, "Offered. What it takes of stock and budget is held.")


@require_POST
@at_desk
def own(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Count an offer that is not among those shown, made to somebody who wants to leave."""
    attempt = attempt_in_hand(member, contact_id)
    leaving.offer_counts(attempt=attempt, offer="own-words", actor=f"member:{member.pk}")
    return _told(request, member, contact_id, "Counted as an offer.")


@require_POST
@at_desk
def turn_down(request: HttpRequest, member: Member, contact_id: UUID, presentation: UUID) -> HttpResponseBase:
    """Say that the customer does not want it, and why."""
    why = request.POST.get("why", "")
    actions.turn_down(member=member, contact=in_hand(member, contact_id), presentation=presentation, why=why)
    return _told(request, member, contact_id, "Turned down, with the reason.")


@require_POST
@at_desk
def accept(request: HttpRequest, member: Member, contact_id: UUID, presentation: UUID) -> HttpResponseBase:
    """Say that the customer accepts it."""
    actions.accept(member=member, contact=in_hand(member, contact_id), presentation=presentation)
    return _told(request, member, contact_id, "Accepted. It goes to the partner.")


@require_POST
@at_desk
def ask_leave(request: HttpRequest, member: Member, contact_id: UUID, presentation: UUID) -> HttpResponseBase:
    """Ask a supervisor for leave to make it."""
    actions.ask_leave(member=member, contact=in_hand(member, contact_id), presentation=presentation)
    return _told(request, member, contact_id, "A supervisor is asked.")


def offering_of(member: Member, contact: Contact) -> Offering | None:
    """Return the slot that is open on a contact: of a wish to leave, or of the guide's step."""
    attempt = attempt_of(contact) if contact.customer_id else None
    is_open = attempt is not None and attempt.state == "open"
    name = "save" if is_open else _slot_of_step(contact, member)
    if not name:
        return None
    if name == "save" and not is_open:
        return Offering(name, lacks="Press F first: they want to leave.") if contact.customer_id else None
    verdict = verdict_on(attempt) if attempt is not None and is_open else None
    choice = actions.choose(member=member, contact=contact, slot=name) if contact.state == "active" else None
    if choice is None:
        lacks = "Hear first why they want to leave." if is_open else "Find out first who they are."
        return Offering(name, lacks=lacks, verdict=verdict) if contact.state == "active" else None
    return Offering(name, slot_of(member, contact, choice), verdict=verdict)


def _slot_of_step(contact: Contact, member: Member) -> str:
    guide = guide_of(contact, member=member)
    step = guide.view.current.step if guide and guide.view.current else None
    return step.slot if step is not None and step.slot in SLOTS else ""


def _told(request: HttpRequest, member: Member, contact_id: UUID, words: str) -> HttpResponse:
    return pages.notify(pages.announce(_part(request, member, contact_id), words, shown=False), "leaving")


def _part(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    contact = access_in_hand(member, contact_id)
    context = {**about(member, contact), "offering": offering_of(member, contact), "whys": WHYS}
    return pages.render(request, "desk/offering.html", context)
