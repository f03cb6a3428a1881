"""The customer's pages. No sign-in: what a browser may see is what its signed cookie names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import loader
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import public_page
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import lines_since
from rapport.contacts.access import lock_own
from rapport.contacts.queries import reasons_of
from rapport.feedback import actions as feedback
from rapport.feedback.queries import survey_of
from rapport.guides.alone import actions as alone
from rapport.guides.alone.queries import going_of, is_alone, story_of
from rapport.guides.versions import reasons_alone
from rapport.kit import pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.kit.limits import TooMany
from rapport.live import tickets
from rapport.offers.leaving import actions as leaving
from rapport.portal import limits, queries
from rapport.portal.access import access_remembered, forget, known, remember, remembered
from rapport.portal.forms import Start, read_id, read_rating, read_shown, read_start, read_yes_no
from rapport.routing import opening
from rapport.routing.call_back_queries import may_be_called_back
from rapport.routing.call_backs import keep_place

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def start(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Let a customer write to us; who has a conversation open goes on with it."""
    held = remembered(request, programme)
    if request.method == "POST":
        return _begin(request, programme, held)
    if held is not None and queries.is_open(held):
        return HttpResponseRedirect(talk_url(programme))
    return start_page(request, programme, Start(), last=held)


def _begin(request: HttpRequest, place: Programme, held: Contact | None) -> HttpResponse:
    sent, calls_back = read_start(place, request.POST), "call_back" in request.POST
    if sent.errors:
        return start_page(request, place, sent, status=422)
    try:
        contact = _open(request, place, held, sent, calls_back=calls_back)
    except Invalid as error:
        sent.errors["phone" if calls_back else "text"] = str(error)
        return start_page(request, place, sent, status=error.status)
    except DomainError as error:
        offers = False
        if isinstance(error, opening.QueueShut):
            opening.note_turned_away(place, error)
            offers = error.calls_back
        sent.errors["form"] = str(error)
        return start_page(request, place, sent, status=error.status, offers=offers)
    leaving.recognise(contact=contact, origin="portal", actor="customer")
    response = HttpResponseRedirect(talk_url(place))
    remember(response, contact)
    return response


def _open(
    request: HttpRequest, place: Programme, held: Contact | None, sent: Start, *, calls_back: bool
) -> Contact:
    """Add to the conversation the browser has open, else begin one, or one with the number to ring.

    A page sent twice counts once.
    """
    going = going_of(lock_own(held)) if held is not None else None  # before whose it is, as whoever acts on it
    if held is not None and queries.is_open(held) and going is None:
        chat.say(held, author="customer", text=sent.text, client_id=sent.client_id)
        return held
    limits.check(request, place, sent.email)
    if calls_back:
        limits.check_number(request, place, sent.phone)
    if going is not None and going.contact.reason == sent.reason:
        phone = sent.phone if calls_back else ""
        alone.ask_person(going.contact, email=sent.email, text=sent.text, client_id=sent.client_id, phone=phone)
        return going.contact
    contact = _first(place, sent, calls_back=calls_back)
    if going is not None:
        alone.leave(going.contact)  # this is about something else
    if queries.is_open(contact):
        return contact
    sent.token = Start().token  # the page was sent again after its conversation had ended
    return _first(place, sent, calls_back=calls_back)


def _first(place: Programme, sent: Start, *, calls_back: bool) -> Contact:
    asked: dict[str, Any] = {
        "programme": place,
        "email": sent.email,
        "text": sent.text,
        "reason": sent.reason,
        "client_id": sent.client_id,
    }
    return chat.leave_number(**asked, phone=sent.phone) if calls_back else chat.begin(**asked)


def start_page(
    request: HttpRequest,
    place: Programme,
    sent: Start,
    *,
    last: Contact | None = None,
    status: int = 200,
    offers: bool = False,
) -> HttpResponse:
    """Show the form; with room for a number where it ``offers`` a call-back, or one was given."""
    reasons = reasons_of(place)
    closed, calls_back = opening.closed_for_all(place, "chat", [reason.key for reason in reasons])
    context = {
        "programme": place,
        "sent": sent,
        "reasons": reasons,
        "alone": reasons_alone(place, [reason.key for reason in reasons], channel="chat"),
        "alone_token": Start().token,
        "last": last,
        "closed": closed,
        "calls_back": calls_back or offers or bool(sent.phone) or "phone" in sent.errors,
    }
    return pages.render(request, "portal/start.html", context, status=status)


@never_cache
@require_safe
@public_page
def talk(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Show the customer's conversation: the place in line, the chat, and after it two questions."""
    contact = remembered(request, programme)
    if contact is None:
        return HttpResponseRedirect(reverse("portal", args=[programme.key]))
    if is_alone(contact):
        return HttpResponseRedirect(reverse("portal-alone", args=[programme.key]))
    if queries.is_open(contact):
        chat.customer_seen(contact)
        return _talk_page(request, contact)
    return _over_page(request, contact)


@never_cache
@require_safe
@public_page
def part(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Answer with where the contact is, and the lines that the page lacks (``after`` is the last it shows).

    Its fetching is the sign that the page is open.
    """
    contact = access_remembered(request, programme)
    if not queries.is_open(contact) or is_alone(contact):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    chat.customer_seen(contact)
    talk = queries.talk_of(contact, shown=read_shown(request.GET))
    return pages.render(request, "portal/talk_part.html", {"talk": talk, "programme": contact.programme})


@require_POST
@public_page
def say(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Take a message of the customer; one sent twice with the same id is stored once."""
    contact = access_remembered(request, programme)
    text = request.POST.get("text", "")
    if is_alone(contact):
        return HttpResponseRedirect(talk_url(programme))
    try:
        limits.check_message(contact)
        client_id = read_id(request.POST.get("client_id", ""))
        said = chat.say(contact, author="customer", text=text, client_id=client_id)
    except (Invalid, Conflict, TooMany) as error:
        if _wants_json(request):
            raise
        contact = access_remembered(request, programme)  # it may have ended meanwhile
        show = _talk_page if queries.is_open(contact) else _over_page
        return show(request, contact, text=text, error=error)
    chat.customer_seen(contact)
    if _wants_json(request):
        return _said(request, contact, said.event)
    return HttpResponseRedirect(talk_url(contact.programme))


def _said(request: HttpRequest, contact: Contact, event: int) -> JsonResponse:
    """Answer a page that has sent a message with the lines it lacks, and the event that tells of it."""
    lines, _ = lines_since(contact, read_shown(request.POST))
    context = {"messages": lines, "programme": contact.programme}
    shown = loader.render_to_string("portal/talk_lines.html", context, request)
    return JsonResponse({"sent": True, "event": str(event), "lines": shown})


@require_POST
@public_page
def typing(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Show the rep that the customer is typing."""
    contact = access_remembered(request, programme)
    if contact.state == "active" and limits.may_tell_typing(contact):
        chat.typing(contact, author="customer")
    return HttpResponse(status=204)


@require_POST
@public_page
def leave(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Let the customer leave the line or end the chat."""
    contact = access_remembered(request, programme)
    if is_alone(contact):
        alone.leave(contact)
    else:
        chat.leave(contact)
    return HttpResponseRedirect(talk_url(contact.programme))


@require_POST
@public_page
def call_back(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Let a customer who has waited long be rung up at their place in line, and close the page."""
    contact = access_remembered(request, programme)
    try:
        limits.check_message(contact)
        if not may_be_called_back(contact):
            raise Conflict("We cannot offer a call-back now. Your place in line is kept.")
        limits.check_number(request, programme, request.POST.get("phone", ""))
        keep_place(contact, phone=request.POST.get("phone", ""))
    except (Invalid, Conflict, TooMany) as error:
        contact = access_remembered(request, programme)
        show = _talk_page if queries.is_open(contact) else _over_page
        return show(request, contact, error=error)
    return HttpResponseRedirect(talk_url(programme))


@require_POST
@public_page
def survey(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Keep the answers to the two questions, and the sentence if there is one."""
    contact = access_remembered(request, programme)
    sent = request.POST
    limits.check_message(contact)
    try:
        feedback.answer(
            contact=contact,
            rating=read_rating(sent.get("rating", "")),
            resolved=read_yes_no(sent.get("resolved", "")),
            comment=sent.get("comment"),
        )
    except (Invalid, Conflict) as error:
        if _wants_json(request):
            raise
        return _over_page(request, contact, comment=sent.get("comment", ""), error=error)
    if _wants_json(request):
        return JsonResponse({"kept": True})
    return HttpResponseRedirect(talk_url(contact.programme) + "?thanks")


@never_cache
@require_safe
@public_page
def ticket(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Give the page its ticket to hear of its own contact, and of nothing else."""
    contact = access_remembered(request, programme)
    return tickets.answer(request, [f"contact:{contact.public_id}"], programme_id=programme.pk)


@require_POST
@public_page
def again(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Forget the conversation on this device, so that a new one can begin."""
    held = remembered(request, programme)
    response = HttpResponseRedirect(reverse("portal", args=[programme.key]))
    if held is None or not queries.is_open(held):
        forget(response, programme)
    return response


def _talk_page(
    request: HttpRequest, contact: Contact, *, text: str = "", error: DomainError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "programme": contact.programme,
        "talk": queries.talk_of(contact),
        "text": text,
        "error": str(error) if error else "",
        "live_ticket_url": reverse("portal-ticket", args=[contact.programme.key]),
    }
    return pages.render(request, "portal/talk.html", context, status=error.status if error else 200)


def _over_page(
    request: HttpRequest,
    contact: Contact,
    *,
    comment: str = "",
    text: str = "",
    error: DomainError | None = None,
) -> HttpResponse:
    found = survey_of(contact)
    context: dict[str, Any] = {
        "programme": contact.programme,
        "talk": queries.talk_of(contact),
        "story": story_of(contact),
        "promises": queries.promises_of(contact, known(request, contact.programme)),
        "survey": found,
        "comment": comment or (found.comment if found else ""),
        "unsent": text,
        "error": str(error) if error else "",
        "thanks": "thanks" in request.GET,
    }
    return pages.render(request, "portal/over.html", context, status=error.status if error else 200)


def talk_url(place: Programme) -> str:
    """Return the address of the customer's contact, which leads on to where they are in it."""
    return reverse("portal-talk", args=[place.key])


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
