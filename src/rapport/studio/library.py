"""The pages of the library: its list, one entry with its versions, the editor, files in and out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import member_by_agent_id, members_with
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_export
from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.guides.library import actions, listing, queries
from rapport.guides.library.access import access_entry
from rapport.guides.library.content import LONGEST_ANSWER, PARTS, entry_of
from rapport.guides.library.reading import CSV, MOST_CHARACTERS, as_csv, as_toml, cells_of, read_library
from rapport.guides.library.uses import used_by
from rapport.guides.library.worth import worth_of
from rapport.kit import filters, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.studio import library_forms as forms
from rapport.studio import written
from rapport.studio.forms import read_day
from rapport.studio.plan_words import differences
from rapport.studio.routing import actor_of, moment_of, read_upload

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.guides.library.content import Entry
    from rapport.guides.library.models import LibraryEntry, LibraryVersion
    from rapport.studio.plan_words import Line

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)
approving = staff_page(Right.APPROVE_GUIDES)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
KINDS = [("objection", "Objections"), ("rebuttal", "Rebuttals"), ("article", "Articles")]
STATES = [
    ("draft", "Being written"),
    ("submitted", "To be approved"),
    ("approved", "To be published"),
    ("planned", "Live later"),
    ("live", "Live"),
    ("withdrawn", "Withdrawn"),
]


@never_cache
@require_safe
@looking
def library(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the entries that are wanted."""
    return _list(request, member)


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the form of a new entry."""
    kind = _kind(request.GET.get("kind", ""))
    cells = {
        "language": "en",
        **{name: request.GET[name] for name in ("objection", "heading") if name in request.GET},
    }
    return _editor(request, member, forms.Filled(kind, "", cells))


@require_POST
@writing
def make(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put the first draft of a new entry on file."""
    kind, key = _kind(request.POST.get("kind", "")), request.POST.get("key", "").strip()
    told = forms.read(kind, key, request.POST, queries.known_names(member.programme))
    if told.entry is None:
        return _editor(request, member, told, status=422)
    try:
        entry = _save(request, member, told, instead_of=None)
    except DomainError as error:
        return _editor(request, member, told, error=error, status=error.status)
    return _to(request, entry, "The draft is on file. Hand it in when it is ready.")


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is in the form as a rep would see it, or what is wrong with it; nothing is kept."""
    kind, key = _kind(request.POST.get("kind", "")), request.POST.get("key", "").strip() or "new"
    told = forms.read(kind, key, request.POST, queries.known_names(member.programme))
    return pages.render(request, "studio/library/preview.html", {**_context(member), "told": told})


@require_POST
@writing
def take(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a draft on file for each entry of a file that says something new, or say what is wrong with the file."""
    try:
        told = read_library(
            read_upload(request, "file", most=4 * MOST_CHARACTERS), queries.known_names(member.programme)
        )
        taken = actions.save_library(
            programme=member.programme,
            library=told,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _list(request, member, error=error)
    said = f"{taken.new} new, {taken.changed} changed, {taken.same} as they were. Drafts are to be handed in."
    return pages.redirect(request, reverse("library", args=[member.programme.key]), said=said)


@require_safe
@looking
def file(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Hand out the library as a file: what is live, or with ``all`` the newest of everything."""
    told = queries.library_of(member.programme, only_live=request.GET.get("all") != "yes")
    is_table = request.GET.get("as") == "csv"
    count = sum(1 for _ in told.entries())
    note_export(lookers.person(request, member), what="library", right=Right.WRITE_GUIDES, rows=count)
    name = f"library-{member.programme.key}.{'csv' if is_table else 'toml'}"
    kind = CSV if is_table else "text/plain"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = as_csv(told) if is_table else as_toml(told)
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)


@never_cache
@require_safe
@looking
def entry(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Show one entry: its versions, one of them to be changed, and what may be done with it."""
    return _entry_page(request, member, access_entry(member.programme, key), request.GET.get("version", ""))


@require_POST
@writing
def save(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Put another draft of an entry on file."""
    found = access_entry(member.programme, key)
    told = forms.read(found.kind, key, request.POST, queries.known_names(member.programme))
    if told.entry is None:
        return _entry_page(request, member, found, told=told, status=422)
    try:
        _save(request, member, told, instead_of=written.number_seen(request) or 0)
    except DomainError as error:
        return _entry_page(request, member, found, told=told, error=error, status=error.status)
    return _to(request, found, "The draft is on file. Hand it in when it is ready.")


@require_POST
@writing
def hand_in(request: HttpRequest, member: Member, key: str, number: int) -> HttpResponseBase:
    """Hand in a version, to be approved."""
    found = access_entry(member.programme, key)
    actions.submit(entry=found, number=number, by=member, actor=actor_of(member))
    return _to(request, found, f"Version {number} waits to be approved by somebody else.")


@require_POST
@approving
def decide(request: HttpRequest, member: Member, key: str, number: int) -> HttpResponseBase:
    """Approve a version or send it back, publish it now or later, call it off, or withdraw the entry."""
    found, sent = access_entry(member.programme, key), request.POST
    does, actor = sent.get("do", ""), actor_of(member)
    try:
        if does == "approve":
            actions.approve(entry=found, number=number, by=member, actor=actor)
            said = f"Version {number} is approved. Publish it to have it live."
        elif does == "send_back":
            actions.send_back(entry=found, number=number, because=sent.get("note", ""), actor=actor)
            said = f"Version {number} is a draft again."
        elif does == "publish":
            starts_at = moment_of(member.programme, sent.get("starts_at", ""))
            actions.publish(entry=found, number=number, starts_at=starts_at, actor=actor)
            said = f"Version {number} is live{f' from {starts_at:%d.%m.%Y %H:%M} on' if starts_at else ''}."
        elif does == "call_off":
            actions.call_off(entry=found, number=number, actor=actor)
            said = f"Version {number} is called off."
        elif does == "withdraw":
            actions.withdraw(entry=found, actor=actor)
            said = "It is withdrawn. Publish a version again to have it back."
        else:
            raise Invalid("Choose what to do with this version.")
    except DomainError as error:
        return _entry_page(request, member, found, f"{number}", error=error, status=error.status)
    return _to(request, found, said)


@require_POST
@writing
def keep(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Say who keeps an entry right, and by when it is looked over next."""
    found, sent = access_entry(member.programme, key), request.POST
    owner = member_by_agent_id(member.programme, sent.get("owner", "")) if sent.get("owner") else None
    day = read_day(sent.get("review_on", ""))
    if day is None:
        raise Invalid("Give the day by which it is to be looked over.")
    actions.keep(entry=found, owner=owner, review_on=day, actor=actor_of(member))
    return _to(request, found, f"To be looked over by {filters.day(day)}.")


def _save(request: HttpRequest, member: Member, told: forms.Filled, *, instead_of: int | None) -> LibraryEntry:
    assert told.entry is not None
    return actions.save_draft(
        programme=member.programme,
        kind=told.kind,
        key=told.key,
        content=told.entry,
        instead_of=instead_of,
        note=request.POST.get("note", ""),
        by=member,
        actor=actor_of(member),
    )


def _list(request: HttpRequest, member: Member, *, error: DomainError | None = None) -> HttpResponse:
    asked = request.GET
    wanted = listing.Wanted(
        kind=_chosen(asked.get("kind", ""), KINDS),
        state=_chosen(asked.get("state", ""), STATES),
        approach=_chosen(asked.get("approach", ""), forms.APPROACHES),
        words=asked.get("words", "").replace("\x00", "").strip()[:100],
        owner=member if asked.get("mine") else None,
        overdue=bool(asked.get("overdue")),
    )
    context = {
        **_context(member),
        "wanted": wanted,
        "rows": listing.listed(member.programme, wanted),
        "count": listing.count_of(member.programme, wanted),
        "most": listing.MOST_LISTED,
        "to_approve": listing.count_of(member.programme, listing.Wanted(state="submitted")),
        "overdue": listing.count_of(member.programme, listing.Wanted(overdue=True)),
        "error": str(error) if error else "",
    }
    return pages.render(request, "studio/library/library.html", context, status=error.status if error else 200)


def _editor(
    request: HttpRequest,
    member: Member,
    told: forms.Filled,
    *,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {**_context(member), **_of_form(member, told), "error": str(error) if error else ""}
    return pages.render(request, "studio/library/new.html", context, status=status)


def _entry_page(
    request: HttpRequest,
    member: Member,
    found: LibraryEntry,
    number: str = "",
    *,
    told: forms.Filled | None = None,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    versions = queries.versions_of(found)
    shown = next((row for row in versions if f"{row.version.number}" == number), versions[0])
    live = next((row for row in versions if row.state == "live"), None)
    said = entry_of(found.kind, shown.version.content)
    context = {
        **_context(member),
        **_of_form(member, told or forms.filled(found.kind, found.key, said)),
        "row": listing.row_of(found),
        "versions": versions,
        "shown": shown,
        "live": live,
        "lines": _changes(live.version, shown.version) if live and live is not shown else None,
        "examples": queries.examples_of(found),
        "rebuttals": queries.rebuttals_of(member.programme, found.key) if found.kind == "objection" else [],
        "used_by": used_by(found),
        "worth": worth_of(found),
        "is_own": member.pk in (shown.version.made_by_id, shown.version.submitted_by_id),
        "owners": [(one.agent_id, one.name) for one in members_with(member.programme, Right.WRITE_GUIDES)],
        "error": str(error) if error else "",
    }
    return pages.render(request, "studio/library/entry.html", context, status=status)


def _changes(old: LibraryVersion, now: LibraryVersion) -> list[Line] | None:
    """Return how two versions differ, with each sentence on a line of its own."""
    before, after = (_in_lines(entry_of(one.entry.kind, one.content)) for one in (old, now))
    return differences(before, after)


def _in_lines(said: Entry) -> str:
    told = [(name, line) for name, cell in cells_of(said).items() for line in SENTENCE.split(cell) if line.strip()]
    return "\n".join(f"{forms.CALLED.get(name, name)}: {line}" for name, line in told)


def _of_form(member: Member, told: forms.Filled) -> dict[str, Any]:
    programme = member.programme
    objections = [(one.key, one.entry.heading) for one in queries.live_of(programme, "objection")]
    return {
        "told": told,
        "called": forms.TOLD_APART[told.kind],
        "approaches": forms.APPROACHES,
        "news": forms.NEWS,
        "languages": forms.LANGUAGES,
        "objections": objections,
        "reasons": list(reason_names(programme).items()),
        "segments": [(one.key, one.name) for one in segments_of(programme)],
        "longest": LONGEST_ANSWER,
    }


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "library",
        "writes": member.may(Right.WRITE_GUIDES),
        "approves": member.may(Right.APPROVE_GUIDES),
        "kinds": KINDS,
        "states": STATES,
        "approaches": forms.APPROACHES,
    }


def _kind(told: str) -> str:
    if told not in PARTS.values():
        raise Invalid("Choose what it is: an objection, a rebuttal or an article.")
    return told


def _chosen(told: str, choices: list[tuple[str, str]]) -> str:
    return told if told in dict(choices) else ""


def _to(request: HttpRequest, found: LibraryEntry, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("library-entry", args=[found.programme.key, found.key]), said=said)
