"""The customer's pages of a guide they go through alone: one step at a time, and a way to a person at each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.doors import public_page
from rapport.contacts.queries import reason_by_key
from rapport.guides.alone import actions
from rapport.guides.alone.actions import NotAlone, Unanswered
from rapport.guides.alone.queries import Going, going_of
from rapport.kit import pages, redaction
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.kit.limits import TooMany
from rapport.portal import limits, queries
from rapport.portal.access import access_remembered, remember, remembered
from rapport.portal.forms import Person, Start, answers_in, read_person
from rapport.portal.views import start_page, talk_url
from rapport.routing import opening

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact, Reason


@require_POST
@public_page
def begin(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Begin the guide of a reason alone; who has something open goes on with that."""
    held = remembered(request, programme)
    if held is not None and queries.is_open(held):
        return HttpResponseRedirect(talk_url(programme))
    sent = Start(reason_key=request.POST.get("reason", "")[:50], token=request.POST.get("token", ""))
    reason = reason_by_key(programme, sent.reason_key)
    if reason is None or not reason.is_offered:
        sent.errors["reason"] = "Choose what it is about."
        return start_page(request, programme, sent, status=422)
    try:
        limits.check_begun(request, programme)
        contact = _begun(programme, reason, sent)
    except (Conflict, TooMany) as error:
        sent.errors["form"] = str(error)
        return start_page(request, programme, sent, status=error.status)
    response = HttpResponseRedirect(talk_url(programme))
    remember(response, contact)
    return response


def _begun(programme: Programme, reason: Reason, sent: Start) -> Contact:
    contact = actions.begin(programme=programme, reason=reason, client_id=sent.client_id)
    if queries.is_open(contact):
        return contact
    again = Start()  # the page was sent once more after its contact had ended
    return actions.begin(programme=programme, reason=reason, client_id=again.client_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def alone(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Show the step at hand; with answers, keep them and go on. A page that is behind moves nothing."""
    contact = remembered(request, programme)
    going = going_of(contact) if contact is not None else None
    if contact is None or going is None:
        return HttpResponseRedirect(talk_url(programme))
    if going.has_moved:
        actions.catch_up(contact)
        return HttpResponseRedirect(talk_url(programme))
    if request.method != "POST":
        return _step_page(request, going)
    here = request.POST.get("here", "")
    try:
        limits.check_move(contact)
        with redaction.noticing() as hidden:
            actions.go_on(contact, here=here, answers=answers_in(request.POST))
    except Unanswered as error:
        return _step_page(request, going, error, wrong=error.wrong, typed=error.typed)
    except (Invalid, TooMany) as error:
        return _step_page(request, going, error)
    except NotAlone:
        return HttpResponseRedirect(talk_url(programme))
    told = "?hidden" if hidden else "?behind" if here != going.shown.key else ""
    return HttpResponseRedirect(reverse("portal-alone", args=[programme.key]) + told)


@require_POST
@public_page
def back(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Go back to the step before."""
    contact = access_remembered(request, programme)
    try:
        limits.check_move(contact)
        actions.go_back(contact, here=request.POST.get("here", ""))
    except (NotAlone, TooMany):
        pass  # the page that is shown says where they are
    return HttpResponseRedirect(talk_url(programme))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def person(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Ask how the customer is reached, then have a person go on from here, with all that was said and answered."""
    contact = remembered(request, programme)
    going = going_of(contact) if contact is not None else None
    if contact is None or going is None or going.has_moved:
        return HttpResponseRedirect(talk_url(programme))
    if "token" not in request.POST:  # from a step, perhaps with something typed and not sent
        typed = answers_in(request.POST)
        words = [typed.get(one.key, "") for one in going.shown.fields if one.rules.type == "text"]
        return _person_page(request, going, Person(text="\n".join(filter(None, words))))
    return _ask(request, going, read_person(request.POST))


def _ask(request: HttpRequest, going: Going, sent: Person) -> HttpResponse:
    place, calls_back = going.contact.programme, "call_back" in request.POST
    if sent.errors:
        return _person_page(request, going, sent, status=422)
    try:
        limits.check(request, place, sent.email)
        if calls_back:
            limits.check_number(request, place, sent.phone)
        actions.ask_person(
            going.contact,
            email=sent.email,
            text=sent.text,
            client_id=sent.client_id,
            phone=sent.phone if calls_back else "",
        )
    except NotAlone:
        return HttpResponseRedirect(talk_url(place))
    except Invalid as error:
        sent.errors["phone" if calls_back else "text"] = str(error)
        return _person_page(request, going, sent, status=error.status)
    except DomainError as error:
        offers = False
        if isinstance(error, opening.QueueShut):
            opening.note_turned_away(place, error)
            offers = error.calls_back
        sent.errors["form"] = str(error)
        return _person_page(request, going, sent, status=error.status, offers=offers)
    return HttpResponseRedirect(talk_url(place))


def _step_page(
    request: HttpRequest,
    going: Going,
    error: DomainError | None = None,
    *,
    wrong: Any = (),
    typed: Any = (),
) -> HttpResponse:
    context = {
        "programme": going.contact.programme,
        "going": going,
        "shown": going.shown,
        "error": str(error) if error else "",
        "wrong": dict(wrong),
        "typed": dict(typed),
        "is_behind": "behind" in request.GET,
        "is_hidden": "hidden" in request.GET,
    }
    return pages.render(request, "portal/alone.html", context, status=error.status if error else 200)


def _person_page(
    request: HttpRequest, going: Going, sent: Person, *, status: int = 200, offers: bool = False
) -> HttpResponse:
    place, reason = going.contact.programme, going.contact.reason
    closed, calls_back = opening.closed_for_all(place, "chat", [reason.key] if reason else [])
    context = {
        "programme": place,
        "going": going,
        "sent": sent,
        "closed": closed,
        "calls_back": calls_back or offers or bool(sent.phone) or "phone" in sent.errors,
    }
    return pages.render(request, "portal/alone_person.html", context, status=status)
