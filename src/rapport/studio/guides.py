"""The pages on which guides are written: all of them, and the editor with outline, text, picture and a trial."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.guides import playing, publishing, queries, versions
from rapport.guides.definition.facts import names_of
from rapport.guides.definition.reading import GuideInvalid
from rapport.guides.versions import Listed, known_names, read_version
from rapport.kit import clock, pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.studio import guide_words as words
from rapport.studio.guide_edits import ABOUT, Edited, edit, has_part
from rapport.studio.guide_forms import Row, rows_of
from rapport.studio.guide_starts import STARTS, start
from rapport.studio.guide_text import written
from rapport.studio.guide_trying import tried
from rapport.studio.routing import actor_of, read_upload

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.guides.definition.rules import Guide as GuideRules
    from rapport.guides.models import Guide
    from rapport.guides.queries import Coverage

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)
SAVES = {
    "contact": "With the contact",
    "file:name": "In the file: name",
    "file:likes": "In the file: what they like",
    "file:language": "In the file: language",
    "file:email": "In the file: e-mail address",
    "file:phone": "In the file: telephone number",
}
COVERED_OVER = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A guide in the list: whom it is for, how much it is used, and how its cases come out."""

    listed: Listed
    about: str
    in_hand: int
    coverage: Coverage | None
    cases: int
    failing: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The guide whose text is in the editor: none yet where it is a new one."""

    guide: Guide | None = None
    number: int | None = None
    newest: int = 0


@never_cache
@require_safe
@looking
def guides(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the guides with what becomes of them, and the reasons that have none."""
    programme = member.programme
    now = clock.now()
    in_hand = queries.guides_in_hand(programme)
    covered = queries.coverage_by_guide(programme, since=now - COVERED_OVER, until=now)
    reasons, segments, known = reason_names(programme), _segments(programme), known_names(programme)
    rows = []
    for one in versions.guides_of(programme):
        guide = read_version(one.in_force or one.newest)
        failing = len({fault.path for fault in playing.failures(guide, known)})
        about = words.for_in_words(guide.for_, reasons, segments)
        pk = one.guide.pk
        rows.append(GuideRow(one, about, in_hand.get(pk, 0), covered.get(pk), len(guide.tests), failing))
    context = {
        **_context(member),
        "rows": rows,
        "days": COVERED_OVER.days,
        "gaps": _gaps(rows, reasons),
        "serves_all": any(not of.for_.reasons for of in _serving(rows)),
        "reasons": list(reasons.items()),
        "starts": [(key, told) for key, (told, _) in STARTS.items()],
    }
    return pages.render(request, "studio/guides/guides.html", context)


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a guide: nothing is kept before it is put on file."""
    sent, reasons = request.GET, reason_names(member.programme)
    chosen = [one for one in sent.getlist("reason") if one in reasons]
    title = " ".join(sent.get("title", "").split())[:120] or ", ".join(reasons[one] for one in chosen)[:120]
    text = start(sent.get("start", "conversation"), title=title or "New guide", reasons=chosen)
    return _editor(request, member, Edited(written(text, known_names(member.programme))), Opened())


@never_cache
@require_safe
@looking
def guide(request: HttpRequest, member: Member, guide: str) -> HttpResponseBase:
    """Show a guide in the editor: its newest version, or the one asked for."""
    kept = versions.guide_by_key(member.programme, guide)
    newest = versions.versions_of(kept, limit=1)[0].number
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else newest
    text = versions.version_by_number(kept, number).text
    edited = Edited(written(text, known_names(member.programme)))
    part = request.GET.get("part", ABOUT)
    edited = replace(edited, part=part) if has_part(edited.written, part) else edited
    return _editor(request, member, edited, Opened(kept, number, newest))


@require_POST
@looking
def change(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Do to the text what the form and the button say, and show what it says then; nothing is kept."""
    edited, opened = _edited(request, member), _opened(request, member)
    if pages.wants_fragment(request) and ("typing" in request.POST or edited.faults):
        response = pages.render(request, "studio/guides/told.html", _of_text(request, member, edited, opened))
        response.headers["HX-Reswap"] = "none"  # the form that is typed in stays as it is
        return response
    return _editor(request, member, edited, opened)


@require_POST
@looking
def go_through(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Go through the text's guide as a rep or a customer; nothing is kept."""
    edited = _edited(request, member)
    if edited.written.guide is None or not edited.written.is_sound:
        raise Invalid("The guide has faults. Put them right first.")
    guide, known = edited.written.guide, known_names(member.programme)
    context = {**_context(member), **_names(member.programme), "tried": tried(request.POST, guide, known)}
    return pages.render(request, "studio/guides/trying.html", context)


@require_POST
@writing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put the text on file as the next draft; one with faults comes back with them."""
    edited, opened = _edited(request, member), _opened(request, member)
    if edited.faults:
        return _editor(request, member, edited, opened, status=422)
    try:
        made = publishing.save_draft(
            programme=member.programme,
            text=edited.written.text,
            key=opened.guide.key if opened.guide else "",
            based_on=opened.newest,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except GuideInvalid:
        return _editor(request, member, edited, opened, status=422)
    except Conflict as error:
        seen = versions.versions_of(opened.guide, limit=1)[0].number if opened.guide else 0
        return _editor(request, member, edited, replace(opened, newest=seen), error=error, status=409)
    except Invalid as error:
        return _editor(request, member, edited, opened, error=error, status=422)
    said = f"Version {made.number} is on file. Submit it, so that somebody else can approve it."
    to = reverse("guide-version", args=[member.programme.key, made.guide.key, made.number])
    return pages.redirect(request, to, said=said)


def _edited(request: HttpRequest, member: Member) -> Edited:
    known = known_names(member.programme)
    if "file" in request.FILES:
        return Edited(written(read_upload(request, "file"), known))
    return edit(request.POST, request.POST.get("text", "").replace("\r\n", "\n"), known)


def _opened(request: HttpRequest, member: Member) -> Opened:
    key = request.POST.get("guide", "")
    numbers = [request.POST.get(name, "") for name in ("number", "newest")]
    number, newest = (int(one) if one.isdecimal() and len(one) < 10 else 0 for one in numbers)
    return Opened(versions.guide_by_key(member.programme, key) if key else None, number or None, newest)


def _editor(
    request: HttpRequest,
    member: Member,
    edited: Edited,
    opened: Opened,
    *,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    of, known = edited.written, known_names(member.programme)
    context = {
        **_of_text(request, member, edited, opened),
        "error": str(error) if error else "",
        "note": request.POST.get("note", ""),
        "tried": tried(request.POST, of.guide, known) if of.guide is not None and of.is_sound else None,
        "versions": versions.versions_of(opened.guide, limit=12) if opened.guide else [],
        "in_force": versions.version_in_force(opened.guide) if opened.guide else None,
    }
    page = "studio/guides/editor.html"
    return pages.page_or_fragment(request, page, "studio/guides/editing.html", context, status=status)


def _of_text(request: HttpRequest, member: Member, edited: Edited, opened: Opened) -> dict[str, Any]:
    """Return what outline, form, picture and list of faults need."""
    of = edited.written
    return {
        **_context(member),
        **_names(member.programme),
        **(_of_form(edited) if of.guide is not None else {"picture": None}),
        "edited": edited,
        "written": of,
        "opened": opened,
        "tab": "text" if of.guide is None or _is_text(request) else "form",
        "may_write": member.may(Right.WRITE_GUIDES),
    }


def _is_text(request: HttpRequest) -> bool:
    """Say whether the text is shown and stays so: buttons that open a form show that."""
    does = request.POST.get("do", "")
    opens = does.startswith(("form", "open:", "add-", "keep-"))
    return does == "text" or (request.POST.get("tab") == "text" and not opens)


def _of_form(edited: Edited) -> dict[str, Any]:
    of, kind, key = edited.written, *edited.part.partition(":")[::2]
    assert of.guide is not None
    step = of.guide.by_key.get(key) if kind == "step" else None
    tones = {one.key: of.tone(f"step:{one.key}") for one in of.guide.steps}
    return {
        "kind": kind,
        "step": step,
        "field": of.guide.fields.get(key) if kind == "field" else None,
        "open_key": key,
        "when_rows": rows_of(step.when) if step else [],
        "branch_rows": [(one.to, rows_of(one.when)) for one in step.branches] if step else [],
        "facts": [(name, words.fact_in_words(name, of.guide)) for name in names_of(of.guide)],
        "picture": words.picture_of(of.guide, tones, key if kind == "step" else ""),
        "blank_row": Row(),
        "cases": [(one, words.moves_in_words(one.moves)) for one in of.guide.tests],
    }


def _names(programme: Programme) -> dict[str, Any]:
    known = known_names(programme)
    return {
        "known": known,
        "reasons": list(reason_names(programme).items()),
        "segments": list(_segments(programme).items()),
        "words": words,
        "saves": list(SAVES.items()),
    }


def _segments(programme: Programme) -> dict[str, str]:
    return {one.key: one.name for one in segments_of(programme)}


def _serving(rows: list[GuideRow]) -> list[GuideRules]:
    """Return what the guides say that serve contacts now."""
    found = [one.listed for one in rows if one.listed.guide.retired_at is None]
    return [read_version(one.in_force) for one in found if one.in_force is not None]


def _gaps(rows: list[GuideRow], reasons: dict[str, str]) -> list[tuple[str, str]]:
    """Return the reasons that no guide in force is for."""
    served = {reason for of in _serving(rows) for reason in of.for_.reasons}
    return [(key, name) for key, name in reasons.items() if key not in served]


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "guides",
        "tab_of_guides": "guides",
    }
