"""The floor's pages. All that can be changed here is where a waiting contact stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.audit.queries import looks_at
from rapport.channels.chat.queries import messages_of
from rapport.coaching import duty
from rapport.contacts.access import access_contact
from rapport.contacts.queries import arrived_between, follow_ups_of
from rapport.customers.promises.queries import at_risk
from rapport.feedback.queries import survey_of
from rapport.floor import arrivals, figures, forms, history, queries, refused
from rapport.guides.queries import guide_of
from rapport.insight.queries import bounds
from rapport.kit import clock, pages
from rapport.kit.ids import new_id
from rapport.live import tickets
from rapport.offers.choosing.queries import leave_asked
from rapport.offers.leaving.queries import overdue_requests
from rapport.quality.monitoring.access import may_monitor
from rapport.quality.monitoring.queries import panel_of
from rapport.quality.recordings.queries import players_of
from rapport.routing import call_backs, handing
from rapport.routing.call_back_queries import call_backs_in
from rapport.routing.floor_state import is_ours
from rapport.routing.queries import open_offer_of, queues_for
from rapport.routing.why_waiting import why_waiting

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

on_floor = staff_page(Right.WATCH_FLOOR)
reading = staff_page(Right.READ_OWN_CONTACTS, Right.READ_TEAM_CONTACTS, Right.READ_CONTACTS)
moving = staff_page(Right.MOVE_CONTACTS)
PROMISES_WITHIN = timedelta(hours=24)
OPEN = ("arrived", "waiting", "active", "wrap_up")


@never_cache
@require_safe
@on_floor
def floor(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the floor: as a page with its controls, or large and dark for a wall (``?wall=1``)."""
    is_wall = request.GET.get("wall") == "1"
    _note_floor(request, member)
    context = {
        **_now(member),
        **_today(member),
        **({} if is_wall else duty.panel_of(member)),
        "section": "floor",
        "wall": is_wall,
        "live_ticket_url": reverse("floor-ticket", args=[member.programme.key]),
    }
    return pages.render(request, "floor/wall.html" if is_wall else "floor/floor.html", context)


@never_cache
@require_safe
@on_floor
def now(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what moves all the time: figures, reps, and who waits."""
    _note_floor(request, member)
    return pages.render(request, "floor/now.html", {**_now(member), "wall": request.GET.get("wall") == "1"})


@never_cache
@require_safe
@on_floor
def today(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show today's line."""
    return pages.render(request, "floor/today.html", {**_today(member), "wall": request.GET.get("wall") == "1"})


@never_cache
@require_safe
@on_floor
def ticket(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Give the page its ticket to hear of this programme's floor, and of nothing else."""
    return tickets.answer(request, [f"floor:{member.programme_id}"], programme_id=member.programme_id)


@never_cache
@require_safe
@reading
def contact(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show one contact to read: what happened, what was said, how it went; live while it is open."""
    context = _contact(request, member, contact_id)
    is_open = context["contact"].state in OPEN
    ticket_url = reverse("contact-ticket", args=[member.programme.key, contact_id]) if is_open else ""
    monitors = is_open and may_monitor(member, context["contact"])
    told = {"section": "floor", "live_ticket_url": ticket_url, "monitors": monitors}
    beside = panel_of(member, context["contact"]) if monitors else {}
    return pages.render(request, "floor/contact.html", {**context, **told, **beside})


@never_cache
@require_safe
@reading
def contact_part(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show the contact as it stands."""
    return pages.render(request, "floor/contact_part.html", _contact(request, member, contact_id))


@require_POST
@moving
def move(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Put a waiting contact into another queue."""
    sent = request.POST
    handing.move_waiting(
        member=member, contact_id=contact_id, queue=sent.get("queue", ""), why=sent.get("why", "")
    )
    part = pages.render(request, "floor/contact_part.html", _contact(request, member, contact_id))
    return pages.announce(part, "Moved. It keeps its place.")


@require_POST
@moving
def take_back(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Take a contact back that rings at a rep."""
    handing.take_back(member=member, contact_id=contact_id, why=request.POST.get("why", ""))
    part = pages.render(request, "floor/contact_part.html", _contact(request, member, contact_id))
    return pages.announce(part, "Taken back. It is offered to the next one who fits.")


@require_POST
@moving
def call_off(request: HttpRequest, member: Member, call_back_id: UUID) -> HttpResponseBase:
    """Take a booked call-back back."""
    call_backs.call_off(member=member, call_back_id=call_back_id)
    _note_floor(request, member)
    part = pages.render(request, "floor/now.html", {**_now(member), "wall": False})
    return pages.announce(part, "The call-back is called off.")


@never_cache
@require_safe
@reading
def contact_ticket(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Give the page its ticket to hear of this contact, of who sits in on it, and of nothing else."""
    found = access_contact(member, contact_id)
    told = [f"contact:{found.public_id}"]
    if may_monitor(member, found):
        told.append(f"beside:{found.public_id}")
    return tickets.answer(request, told, programme_id=member.programme_id)


@never_cache
@require_safe
@reading
def contacts(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the contacts that arrived on a local day, the newest first; the address holds what is asked."""
    asked = forms.read_listing(member.programme, request.GET)
    found = arrived_between(
        member,
        *bounds(member.programme, asked.day, asked.day),
        outcome=asked.outcome,
        disposition=asked.disposition,
        before=asked.before,
        limit=forms.PAGE + 1,
    )
    note_look(
        lookers.person(request, member),
        what="list",
        right=_reading_right(member),
        about=f"contacts {asked.day} {asked.outcome} {asked.disposition}".strip(),
        count=min(len(found), forms.PAGE),
        why="the list of contacts",
    )
    context = {
        "member": member,
        "programme": member.programme,
        "section": "floor",
        "asked": asked,
        "outcomes": forms.OUTCOMES,
        "contacts": found[: forms.PAGE],
        "older": found[forms.PAGE - 1] if len(found) > forms.PAGE else None,
    }
    return pages.render(request, "floor/contacts.html", context)


def _reading_right(member: Member) -> Right:
    """Return the widest right by which the member reads contacts."""
    widest = (right for right in (Right.READ_CONTACTS, Right.READ_TEAM_CONTACTS) if member.may(right))
    return next(widest, Right.READ_OWN_CONTACTS)


def _note_floor(request: HttpRequest, member: Member) -> None:
    """Put on record that the member watches the floor, which names customers who wait; once an hour."""
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.WATCH_FLOOR,
        about="who waits",
        why="the floor",
        once=hourly(member.programme.public_id),
    )


def _now(member: Member) -> dict[str, Any]:
    programme = member.programme
    return {
        "member": member,
        "programme": programme,
        "floor": queries.floor_of(programme),
        "call_backs": call_backs_in(programme),
        "refused": refused.refused_today(programme),
        "may_call_off": member.may(Right.MOVE_CONTACTS),
        "tiles": (today := figures.figures_of(programme)).tiles,
        "queues": today.queues,
        "saves": arrivals.saves_of(programme),
        "promises": at_risk(programme, within=PROMISES_WITHIN),
        "overdue_requests": overdue_requests(programme),
        "leave_asked": leave_asked(programme) if member.may(Right.APPROVE_OFFERS) else [],
        "as_of": clock.now(),
    }


def _today(member: Member) -> dict[str, Any]:
    return {"member": member, "programme": member.programme, "line": arrivals.line_of(member.programme)}


def _moving(member: Member, found: Contact) -> dict[str, Any]:
    """Return where a waiting contact can be put, for who may."""
    if found.state != "waiting" or not is_ours(found) or not member.may(Right.MOVE_CONTACTS):
        return {"may_move": False}
    return {
        "may_move": True,
        "ringing": open_offer_of(found),
        "queues": [one for one in queues_for(member.programme, found.channel) if one.key != found.queue],
        "why_moved": handing.WHY_MOVED,
        "why_taken_back": handing.WHY_TAKEN_BACK,
    }


def _contact(request: HttpRequest, member: Member, contact_id: UUID) -> dict[str, Any]:
    found = access_contact(member, contact_id)
    subject = found.customer.public_id if found.customer else found.public_id
    in_hand = found.rep_id == member.pk and found.state in OPEN
    sees_floor = member.may(Right.WATCH_FLOOR)
    note_look(
        lookers.person(request, member),
        what="contact",
        right=_reading_right(member),
        subject=subject,
        about=f"contact {found.public_id}",
        contact=found.public_id if in_hand else None,
        why="a contact's page",
        once=hourly(found.public_id),
    )
    messages, guide = messages_of(found), guide_of(found)
    return {
        "member": member,
        "programme": member.programme,
        "contact": found,
        "story": history.story_of(found, with_colleagues=sees_floor),
        "messages": messages,
        "players": [] if found.state in OPEN else players_of(member, found, guide=guide, messages=messages),
        "listening": new_id,
        "follow_ups": follow_ups_of(found),
        "survey": survey_of(found),
        "guide": guide,
        "still": why_waiting(found) if sees_floor else None,
        **_moving(member, found),
        "looks": looks_at(member, subject, limit=12) if member.may(Right.READ_RECORD) else None,
        "subject": subject,
    }
