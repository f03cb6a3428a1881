"""The pages of routing: the plan, its versions, what it says in words, and what it would make of a contact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.kit import clock, pages
from rapport.kit.documents import MOST_CHARACTERS
from rapport.kit.errors import DomainError, Invalid
from rapport.routing import publishing, versions
from rapport.routing.floor_state import here_of
from rapport.routing.plan.holidays import with_holidays
from rapport.routing.plan.reading import PlanInvalid, read_plan
from rapport.studio import plan_words, trying

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.routing.plan.rules import Plan

looking = staff_page(Right.MANAGE_ROUTING, Right.WATCH_FLOOR)
managing = staff_page(Right.MANAGE_ROUTING)
MOST_BYTES = 4 * MOST_CHARACTERS


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, the plan it tells of, or its faults by line."""

    text: str
    plan: Plan | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@never_cache
@require_safe
@looking
def routing(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the plan in force, to be changed by who may, and the versions there are."""
    return _page(request, member, _text_of(member.programme, request.GET.get("version", "")))


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text says as a plan, or its faults; nothing is kept."""
    reading = _read(member.programme, _sent_text(request))
    return pages.render(request, "studio/routing/said.html", {**_context(member), **_said(member, reading)})


@require_POST
@looking
def try_contact(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what the text, as a plan, would make of a contact now."""
    reading = _read(member.programme, _sent_text(request))
    if reading.plan is None:
        raise Invalid("The plan has faults. Put them right first.")
    trial = trying.try_contact(member.programme, reading.plan, request.POST)
    return pages.render(request, "studio/routing/trial.html", {"trial": trial})


@require_POST
@managing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put the text on file as the next version; one with faults comes back with them."""
    text = _sent_text(request)
    if "file" in request.FILES:
        return _page(request, member, text)  # to be looked at before it is kept
    try:
        made = publishing.save_draft(
            programme=member.programme,
            text=text,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except PlanInvalid:
        return _page(request, member, text, status=422)
    except Invalid as error:
        return _page(request, member, text, error=error, status=422)
    return _to_version(
        request, member, made.number, f"Version {made.number} is on file. Publish it to have it count."
    )


@require_POST
@managing
def holidays(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put the days of a calendar file into the text in the editor; nothing is kept yet."""
    text, sent = _sent_text(request), request.FILES.get("days")
    try:
        if sent is None or sent.size is None or sent.size > MOST_BYTES:
            raise Invalid("Choose a calendar file (.ics) first." if sent is None else "This file is too large.")
        key = request.POST.get("calendar", "").strip()
        added = with_holidays(text, key, bytes(sent.read()), zone=member.programme.zone)
    except Invalid as error:
        return _page(request, member, text, error=error, status=422)
    return _page(request, member, added.text, told=f"{added.words} Look at them, then put the plan on file.")


@never_cache
@require_safe
@looking
def version(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Show a version: what it says, and what it changes."""
    return _version_page(request, member, number)


@require_safe
@looking
def file(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Hand out a version as it was written."""
    found = versions.version_by_number(member.programme, number)
    kind = "json" if found.text.lstrip().startswith("{") else "toml"
    name = f"routing-{member.programme.key}-{number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.text, content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@managing
def publish(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Bring a version into force, now or later, have an old one again, or call a planned one off."""
    does = {"publish": _publish, "again": _roll_back, "call_off": _call_off}.get(request.POST.get("do", ""))
    if does is None:
        raise Invalid("Choose what to do with this version.")
    try:
        shown, said = does(request, member, number)
    except DomainError as error:
        return _version_page(request, member, number, error=error)
    return _to_version(request, member, shown, said)


def _publish(request: HttpRequest, member: Member, number: int) -> tuple[int, str]:
    starts_at = moment_of(member.programme, request.POST.get("starts_at", ""))
    publishing.publish(number=number, starts_at=starts_at, **_told(request, member))
    if starts_at is None:
        return number, f"Version {number} is in force."
    return number, f"Version {number} will be in force from {starts_at:%d.%m.%Y %H:%M} on."


def _roll_back(request: HttpRequest, member: Member, number: int) -> tuple[int, str]:
    made = publishing.roll_back(number=number, **_told(request, member))
    return made.number, f"What version {number} said is in force again, as version {made.number}."


def _call_off(request: HttpRequest, member: Member, number: int) -> tuple[int, str]:
    publishing.call_off(programme=member.programme, number=number, actor=actor_of(member))
    return number, f"Version {number} is a draft again."


def _told(request: HttpRequest, member: Member) -> dict[str, Any]:
    seen = request.POST.get("instead_of", "")
    return {
        "programme": member.programme,
        "instead_of": int(seen) if seen.isdecimal() and len(seen) < 10 else None,
        "note": _note(request),
        "by": member,
        "actor": actor_of(member),
    }


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "")


def moment_of(programme: Programme, text: str) -> datetime | None:
    """Return a moment as a form sends it, in the programme's time zone; None where it is empty."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=programme.zone) if text else None
    except ValueError:
        raise Invalid(f"{text[:40]!r} is no moment; write it as 2026-11-21T08:00.") from None


def _text_of(programme: Programme, number: str) -> str:
    if number.isdecimal() and len(number) < 10:
        return versions.version_by_number(programme, int(number)).text
    return versions.text_in_force(programme)


def _sent_text(request: HttpRequest) -> str:
    if "file" in request.FILES:
        return read_upload(request, "file")
    return request.POST.get("text", "").replace("\r\n", "\n")


def read_upload(request: HttpRequest, name: str, *, most: int = MOST_BYTES) -> str:
    """Return the text of a file that was sent."""
    found = request.FILES.get(name)
    if found is None:
        raise Invalid("Choose a file first.")
    if found.size is None or found.size > most:
        raise Invalid("This file is too large.")
    try:
        return bytes(found.read()).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Invalid("This file is no text in UTF-8.") from None


def _read(programme: Programme, text: str) -> Reading:
    try:
        return Reading(text, plan=read_plan(text, versions.known_names(programme)))
    except PlanInvalid as error:
        return Reading(text, faults=error.faults)


def _page(
    request: HttpRequest,
    member: Member,
    text: str,
    *,
    error: DomainError | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    programme = member.programme
    reading = _read(programme, text)
    context = {
        **_context(member),
        **_said(member, reading),
        "error": str(error) if error else "",
        "told": told,
        "note": _note(request),
        "text": text,
        "calendars": list(reading.plan.calendars) if reading.plan else [],
        "versions": versions.versions_of(programme),
        "in_force": versions.version_in_force(programme),
        "reasons": list(reason_names(programme).items()),
        "segments": [(one.key, one.name) for one in segments_of(programme)],
        "channels": trying.CHANNELS,
    }
    return pages.render(request, "studio/routing/routing.html", context, status=status)


def _version_page(
    request: HttpRequest, member: Member, number: int, *, error: DomainError | None = None
) -> HttpResponse:
    found = versions.version_by_number(member.programme, number)
    now = versions.version_in_force(member.programme)
    context = {
        **_context(member),
        **_said(member, _read(member.programme, found.text)),
        "error": str(error) if error else "",
        "version": found,
        "in_force": now,
        "starts_at": f"{found.starts_at.astimezone(member.programme.zone):%Y-%m-%dT%H:%M}"
        if found.starts_at
        else "",
        "lines": plan_words.differences(now.text if now else versions.BUILT_IN, found.text),
    }
    return pages.render(request, "studio/routing/version.html", context, status=error.status if error else 200)


def _said(member: Member, reading: Reading) -> dict[str, Any]:
    """Return what the page says of a text: its faults, or the plan in words."""
    if reading.plan is None:
        return {"faults": reading.faults, "queues": [], "rules": []}
    programme, reasons = member.programme, reason_names(member.programme)
    segments = {one.key: one.name for one in segments_of(programme)}
    queues = plan_words.queues_in_words(reading.plan, programme, here_of(programme), reasons, clock.now())
    return {
        "faults": [],
        "queues": queues,
        "rules": [
            ("Counts as having waited", plan_words.priority_in_words(reading.plan.priority, reasons, segments)),
            ("What a rep may have in hand", plan_words.capacity_in_words(reading.plan.capacity)),
            ("Of several reps who fit", plan_words.choice_in_words(reading.plan.choice)),
        ],
    }


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "routing",
        "manages": member.may(Right.MANAGE_ROUTING),
    }


def _to_version(request: HttpRequest, member: Member, number: int, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("routing-version", args=[member.programme.key, number]), said=said)


def actor_of(member: Member) -> str:
    """Return what the log calls the member."""
    return f"member:{member.pk}"
