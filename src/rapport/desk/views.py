"""The desk's pages: every step of a rep answers with the columns as they stand after it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.channels.chat import actions as chat
from rapport.contacts.access import access_in_hand
from rapport.customers import actions as customers
from rapport.customers.consent import actions as consent
from rapport.customers.consent.queries import CHANNELS as BARS
from rapport.customers.promises.kinds import kinds_of
from rapport.customers.revealing import REASONS
from rapport.desk import actions, forms, queries
from rapport.guides import actions as guides
from rapport.kit import clock, pages
from rapport.kit.errors import Invalid
from rapport.live import tickets
from rapport.recognition.queries import unread_by
from rapport.routing import actions as routing
from rapport.routing import call_backs, handing, presence
from rapport.routing.queries import DECLINES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.guides.library.queries import Live

at_desk = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_GET
@at_desk
def desk(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the desk; of several contacts in hand the one that is asked for."""
    work = queries.work_of(member, wanted=wanted(request))
    _note(request, member, work)
    context = {
        **_context(member, work),
        "section": "desk",
        "live_ticket_url": f"/at/{member.programme.key}/desk/ticket/",
        "line": queries.line_of(member),
        "day": work.day or queries.day_of(member),
        "rally_unread": unread_by(member) is not None,
    }
    return pages.render(request, "desk/desk.html", context)


@never_cache
@require_GET
@at_desk
def work(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the columns as they stand."""
    return show_work(request, member)


@never_cache
@require_http_methods(["GET", "POST"])
@at_desk
def choose(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what the rep does, and let them choose."""
    if request.method == "POST":
        presence.choose(member=member, doing=request.POST.get("doing", ""))
    doing = queries.presence_of(member)
    context = {"member": member, "doing": doing, "base": base_of(member)}
    response = pages.render(request, "desk/presence.html", context)
    if request.method == "POST":
        then = f", then {doing.next_words.lower()}" if doing.next_words else ""
        return pages.announce(
            pages.notify(response, "presence"), f"You are: {doing.words.lower()}{then}", shown=False
        )
    return response


@never_cache
@require_GET
@at_desk
def line(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how long the queue is."""
    return pages.render(request, "desk/line.html", {"line": queries.line_of(member)})


@never_cache
@require_GET
@at_desk
def day(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the rep's own figures of today."""
    return pages.render(request, "desk/day.html", {"day": queries.day_of(member)})


@never_cache
@require_GET
@at_desk
def ticket(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Hand out a ticket to the rep's own stream."""
    return tickets.answer(request, [f"member:{member.pk}"], programme_id=member.programme_id)


@require_POST
@at_desk
def pulse(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Note that this desk is open."""
    presence.pulse(member=member)
    return HttpResponse(status=204)


@require_POST
@at_desk
def accept(request: HttpRequest, member: Member, offer_id: UUID) -> HttpResponseBase:
    """Take the ringing contact."""
    taken = actions.accept(member=member, offer_id=offer_id)
    return show_work(request, member, taken=taken.public_id)


@require_POST
@at_desk
def decline(request: HttpRequest, member: Member, offer_id: UUID) -> HttpResponseBase:
    """Hand the ringing contact back."""
    routing.decline(member=member, offer_id=offer_id, because=request.POST.get("because", ""))
    told = pages.announce(show_work(request, member), "Handed back. Choose Available for the next one.")
    return pages.notify(told, "presence")


@require_POST
@at_desk
def typing(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show the customer that the rep is typing."""
    chat.typing(actions.in_hand(member, contact_id, lock=False), author="rep")
    return HttpResponse(status=204)


@require_POST
@at_desk
def end(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """End the conversation; wrap-up begins."""
    contact = access_in_hand(member, contact_id)
    routing.end_conversation(contact, by="rep", actor=f"member:{member.pk}")
    return pages.announce(show_work(request, member), "The conversation has ended. Wrap it up.", shown=False)


@require_POST
@at_desk
def hand_on(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Hand the chat on to a queue or a colleague, or ask a colleague first."""
    sent = request.POST
    told = actions.hand_on(member=member, contact_id=contact_id, to=sent.get("to", ""), note=sent.get("note", ""))
    return pages.announce(show_work(request, member), told)


@require_POST
@at_desk
def note(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Keep a note for whoever has the call next."""
    actions.leave_note(member=member, contact_id=contact_id, note=request.POST.get("note", ""))
    return pages.announce(show_work(request, member), "The note is kept for whoever has the call next.")


@require_POST
@at_desk
def stop_asking(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Take back the question to a colleague."""
    handing.stop_asking(member=member, contact_id=contact_id)
    return pages.announce(show_work(request, member), "The question is taken back.")


@require_POST
@at_desk
def call_back(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Book a call-back to the customer in hand."""
    asked = forms.call_back(request.POST, member.programme.zone)
    call_backs.book(member=member, contact_id=contact_id, **asked)
    return pages.announce(show_work(request, member), "The call-back is booked.")


@require_POST
@at_desk
def not_reached(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say that nobody answered the call-back."""
    one = call_backs.not_reached(member=member, contact_id=contact_id)
    if one.state == "booked":
        told = f"Tried again at {localtime(one.due_at, member.programme.zone):%H:%M}."
    else:
        told = "Tried three times; it is not tried again."
    return pages.notify(pages.announce(show_work(request, member), told), "presence")


@require_POST
@at_desk
def call_off(request: HttpRequest, member: Member, call_back_id: UUID) -> HttpResponseBase:
    """Take a booked call-back back."""
    call_backs.call_off(member=member, call_back_id=call_back_id)
    return pages.announce(show_work(request, member), "The call-back is called off.")


@require_POST
@at_desk
def update_file(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Bring the customer's file up to date."""
    _, customer = actions.customer_in_hand(member, contact_id)
    values = forms.read(forms.FileForm, request.POST)
    version = values.pop("version")
    customers.update_file(member=member, customer=customer, version=version, changes=values)
    return pages.announce(show_work(request, member), "The file is saved.")


@require_POST
@at_desk
def set_bars(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Keep how the customer in hand does not want to be contacted."""
    _, customer = actions.customer_in_hand(member, contact_id)
    consent.set_bars(member=member, customer=customer, channels=request.POST.getlist("channel"))
    return pages.announce(show_work(request, member), "It is kept. Lists leave them in peace from now on.")


@never_cache
@require_POST
@at_desk
def reveal(request: HttpRequest, member: Member, contact_id: UUID, value_id: UUID) -> HttpResponseBase:
    """Show a masked value in its place; without a reason yet, ask for one. Never kept by a browser."""
    sent, problem, value = request.POST, "", ""
    one, was_shown = actions.masked(member=member, contact_id=contact_id, value_id=value_id)
    if was_shown or "reason" in sent:
        reason, note = sent.get("reason", ""), sent.get("note", "")
        try:
            value = actions.reveal(
                member=member, contact_id=contact_id, value_id=value_id, reason=reason, note=note
            )
        except Invalid as error:
            problem = str(error)
    context = {
        "at": f"{base_of(member)}/contacts/{contact_id}",
        "contact_id": contact_id,
        "one": one,
        "value": value,
        "reasons": REASONS.items(),
        "sent": sent,
        "problem": problem,
        "has_key": sent.get("key") == "m",
    }
    return pages.render(request, "desk/value_shown.html", context, status=422 if problem else 200)


@require_POST
@at_desk
def promise(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Record a promise to the customer."""
    actions.promise(member=member, contact_id=contact_id, **forms.promise(request.POST, member.programme.zone))
    return pages.announce(show_work(request, member), "The promise is on file.")


@require_POST
@at_desk
def settle(request: HttpRequest, member: Member, contact_id: UUID, promise_id: int) -> HttpResponseBase:
    """Say that a promise to this customer was kept or broken."""
    actions.settle(
        member=member,
        contact_id=contact_id,
        promise_id=promise_id,
        kept=bool(forms.answer(request.POST, "kept")),
    )
    return show_work(request, member)


@require_POST
@at_desk
def look_back(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Comment on the customer's last contact, and say whether its outcome holds."""
    actions.look_back(
        member=member,
        contact_id=contact_id,
        holds=forms.answer(request.POST, "holds"),
        comment=request.POST.get("comment", ""),
    )
    return show_work(request, member)


@require_POST
@at_desk
def identify(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Find out whose contact this is."""
    found = actions.identify(member=member, contact_id=contact_id, told=request.POST.get("told", ""))
    return pages.announce(show_work(request, member), f"This is {found}.")


@require_POST
@at_desk
def learn_reason(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say what the contact is about."""
    actions.learn_reason(member=member, contact_id=contact_id, key=request.POST.get("reason", ""))
    return show_work(request, member)


@require_POST
@at_desk
def wrap_up(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Put the outcome on file."""
    actions.wrap_up(
        member=member,
        contact_id=contact_id,
        disposition=request.POST.get("disposition", ""),
        resolved=forms.answer(request.POST, "resolved"),
        summary=request.POST.get("summary", ""),
        value_given=request.POST.get("value_given", ""),
        open_because=request.POST.get("open_because", ""),
        reason=request.POST.get("reason", ""),
    )
    return pages.notify(pages.announce(show_work(request, member), "Wrapped up."), "presence", "day")


def show_work(request: HttpRequest, member: Member, *, taken: UUID | None = None) -> HttpResponse:
    """Answer with the columns as they stand."""
    work = queries.work_of(member, wanted=taken or wanted(request))
    _note(request, member, work)
    return pages.render(request, "desk/work.html", _context(member, work))


def wanted(request: HttpRequest) -> UUID | None:
    """Return the contact that is asked for, or else the one that the page shows."""
    told = request.GET.get("contact") or request.headers.get("Rapport-Shown", "")
    try:
        return UUID(told)
    except ValueError:
        return None


def _note(request: HttpRequest, member: Member, work: queries.Work) -> None:
    """Put the sight of the customer's file on record, once for each contact and state, and of words on trial."""
    if work.contact is not None:
        note_words(member, work.contact, work.step_help)
    if work.file is None or work.shown is None:
        return
    contact, customer = work.shown.public_id, work.file.customer.public_id
    why = "the contact in hand" if work.contact else "a contact rings"
    note_look(
        lookers.person(request, member),
        what="customer",
        right=Right.TAKE_CONTACTS,
        why=why,
        subject=customer,
        contact=contact,
        once=f"{contact} {customer} {why}",
    )


def note_words(member: Member, contact: Contact, entries: Iterable[Live]) -> None:
    """Put on record which entries of the library the rep was shown at a step: their words may be on trial."""
    if shown := [one.key for one in entries]:
        guides.note_shown(contact, entries=shown, actor=f"member:{member.pk}")


def _context(member: Member, work: queries.Work) -> dict[str, object]:
    return {
        "member": member,
        "work": work,
        "doing": work.presence,
        "zone": member.programme.zone,
        "base": base_of(member),
        "in_an_hour": localtime(clock.now() + timedelta(hours=1), member.programme.zone),
        "today": localtime(clock.now(), member.programme.zone).date(),
        "declines": DECLINES,
        "promise_kinds": [(one.key, f"{one.name} ({one.due_words})") for one in kinds_of(member.programme)],
        "bar_choices": [(one.value, one.label) for one in BARS],
        "may_reveal": member.may(Right.REVEAL),
    }


def base_of(member: Member) -> str:
    """Return the address of the programme's desk."""
    return f"/at/{member.programme.key}/desk"
