"""The guide on the desk: where the contact is, what was done and answered; each move answers with the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_in_hand
from rapport.desk import forms
from rapport.desk.views import show_work
from rapport.guides import actions as guides
from rapport.guides.queries import field_of, step_named
from rapport.kit import pages
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member

at_desk = staff_page(Right.TAKE_CONTACTS)


@require_POST
@at_desk
def tick(request: HttpRequest, member: Member, contact_id: UUID, step: str) -> HttpResponseBase:
    """Say that a step is done, and go on where that is asked; or take it back."""
    contact = access_in_hand(member, contact_id)
    if forms.answer(request.POST, "done"):
        guides.tick(member=member, contact=contact, step=step, goes_on="on" in request.POST)
    else:
        guides.untick(member=member, contact=contact, step=step)
    return show_work(request, member)


@require_POST
@at_desk
def skip(request: HttpRequest, member: Member, contact_id: UUID, step: str) -> HttpResponseBase:
    """Leave a touch point out, with a reason."""
    because = request.POST.get("because", "")
    guides.skip(member=member, contact=access_in_hand(member, contact_id), step=step, because=because)
    return pages.announce(show_work(request, member), "Left out, with your reason.", shown=False)


@require_POST
@at_desk
def report(request: HttpRequest, member: Member, contact_id: UUID, step: str) -> HttpResponseBase:
    """Say what came of what was done by hand in the partner's system."""
    guides.report(
        member=member,
        contact=access_in_hand(member, contact_id),
        step=step,
        is_done=bool(forms.answer(request.POST, "done")),
        words=request.POST.get("words", ""),
    )
    return show_work(request, member)


@require_POST
@at_desk
def transact(request: HttpRequest, member: Member, contact_id: UUID, step: str) -> HttpResponseBase:
    """Have the partner's system do what the step says; what comes of it comes by itself."""
    contact = access_in_hand(member, contact_id)
    attempt = forms.number(request.POST, "attempt")
    guides.transact(member=member, contact=contact, step=step, attempt=attempt)
    return pages.announce(show_work(request, member), "Sent to the partner's system.", shown=False)


@require_POST
@at_desk
def go(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Go to a step, or on from where the page stands."""
    to, here = request.POST.get("to", ""), request.POST.get("here", "")
    guides.go(member=member, contact=access_in_hand(member, contact_id), to=to, here=here)
    return show_work(request, member)


@require_POST
@at_desk
def find(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Go to the step that is named by some of its words."""
    contact = access_in_hand(member, contact_id)
    step = step_named(contact, request.POST.get("words", ""), member=member)
    guides.go(member=member, contact=contact, to=step.key)
    return pages.announce(show_work(request, member), step.title, shown=False)


@require_POST
@at_desk
def back(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Go back to the step before."""
    guides.back(member=member, contact=access_in_hand(member, contact_id), here=request.POST.get("here", ""))
    return show_work(request, member)


@require_POST
@at_desk
def notice(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Note that the customer is upset, or is not any more."""
    is_upset = bool(forms.answer(request.POST, "upset"))
    guides.notice(member=member, contact=access_in_hand(member, contact_id), is_upset=is_upset)
    told = "Noted: they are upset. Let them speak first." if is_upset else "Noted: they are not upset any more."
    return pages.announce(show_work(request, member), told, shown=False)


@require_POST
@at_desk
def answer(request: HttpRequest, member: Member, contact_id: UUID, field: str) -> HttpResponseBase:
    """Keep an answer; one that is refused stays in its field, with what is wanted."""
    contact = access_in_hand(member, contact_id)
    value = request.POST.get("value", "")
    try:
        guides.answer(member=member, contact=contact, field=field, value=value)
    except Invalid as error:
        return _refused(request, member, contact_id, field, value, str(error))
    return show_work(request, member)


def _refused(
    request: HttpRequest, member: Member, contact_id: UUID, field: str, value: str, problem: str
) -> HttpResponse:
    context = {
        "at": f"/at/{member.programme.key}/desk/contacts/{contact_id}",
        "field": field_of(access_in_hand(member, contact_id), field, member=member),
        "value": value,
        "problem": problem,
    }
    answered = pages.render(request, "desk/answer.html", context, status=422)
    answered.headers["HX-Retarget"] = f"#answer-{field}"
    answered.headers["HX-Reswap"] = "outerMorph"
    return pages.announce(answered, problem, shown=False)
