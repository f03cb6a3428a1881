"""The pages of a guide's versions: what one changes, who agrees to it, and from when it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.guides import publishing, versions
from rapport.guides.comparison import compare
from rapport.guides.versions import known_names, read_version
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid
from rapport.studio import guide_words as words
from rapport.studio.guide_text import written
from rapport.studio.routing import actor_of, moment_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.guides.models import GuideVersion

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)
deciding = staff_page(Right.APPROVE_GUIDES)

Does = Callable[..., Any]


@never_cache
@require_safe
@looking
def version(request: HttpRequest, member: Member, guide: str, number: int) -> HttpResponseBase:
    """Show a version: what it changes, whether its cases come out, and what may be done with it."""
    return _page(request, member, guide, number)


@require_safe
@looking
def file(request: HttpRequest, member: Member, guide: str, number: int) -> HttpResponseBase:
    """Hand out a version as it was written."""
    found = versions.version_by_number(versions.guide_by_key(member.programme, guide), number)
    kind = "json" if found.text.lstrip().startswith("{") else "toml"
    headers = {"Content-Disposition": f'attachment; filename="guide-{guide}-{number}.{kind}"'}
    return HttpResponse(found.text, content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@writing
def submit(request: HttpRequest, member: Member, guide: str, number: int) -> HttpResponseBase:
    """Give a draft to a second person, take it back, or delete it."""
    return _do(request, member, guide, number, _OF_WRITERS)


@require_POST
@deciding
def decide(request: HttpRequest, member: Member, guide: str, number: int) -> HttpResponseBase:
    """Approve what somebody else wrote or send it back, publish, call off, or have an old version again."""
    return _do(request, member, guide, number, _OF_APPROVERS)


@require_POST
@deciding
def retire(request: HttpRequest, member: Member, guide: str) -> HttpResponseBase:
    """Let a guide serve no new contact any more, or serve again."""
    again = request.POST.get("do") == "again"
    publishing.retire(
        programme=member.programme, key=guide, is_retired=not again, by=member, actor=actor_of(member)
    )
    said = "The guide serves again." if again else "The guide serves no new contact any more."
    return pages.redirect(request, reverse("guide", args=[member.programme.key, guide]), said=said)


def _do(
    request: HttpRequest, member: Member, guide: str, number: int, several: dict[str, Does]
) -> HttpResponseBase:
    does = several.get(request.POST.get("do", ""))
    if does is None:
        raise Invalid("Choose what to do with this version.")
    told = {"programme": member.programme, "key": guide, "number": number, "actor": actor_of(member)}
    try:
        shown, said = does(request, member, **told)
    except DomainError as error:
        return _page(request, member, guide, number, error=error)
    if shown is None:
        return pages.redirect(request, reverse("guides", args=[member.programme.key]), said=said)
    return pages.redirect(request, reverse("guide-version", args=[member.programme.key, guide, shown]), said=said)


def _submit(_request: HttpRequest, member: Member, **told: Any) -> tuple[int, str]:
    publishing.submit(by=member, **told)
    return told["number"], f"Version {told['number']} waits for somebody else to approve it."


def _send_back(request: HttpRequest, member: Member, **told: Any) -> tuple[int, str]:
    publishing.send_back(because=request.POST.get("because", ""), by=member, **told)
    return told["number"], f"Version {told['number']} is a draft again."


def _delete(_request: HttpRequest, _member: Member, **told: Any) -> tuple[None, str]:
    publishing.delete(**told)
    return None, f"Version {told['number']} is deleted."


def _approve(_request: HttpRequest, member: Member, **told: Any) -> tuple[int, str]:
    publishing.approve(by=member, **told)
    return told["number"], f"Version {told['number']} is approved. Publish it to have it count."


def _publish(request: HttpRequest, member: Member, **told: Any) -> tuple[int, str]:
    starts_at = moment_of(member.programme, request.POST.get("starts_at", ""))
    publishing.publish(starts_at=starts_at, instead_of=_seen(request), by=member, **told)
    if starts_at is None:
        return told["number"], f"Version {told['number']} is in force: contacts that begin now go by it."
    return told["number"], f"Version {told['number']} will be in force from {starts_at:%d.%m.%Y %H:%M} on."


def _call_off(_request: HttpRequest, _member: Member, **told: Any) -> tuple[int, str]:
    publishing.call_off(**told)
    return told["number"], f"Version {told['number']} is not planned any more; it stays approved."


def _roll_back(request: HttpRequest, member: Member, **told: Any) -> tuple[int, str]:
    made = publishing.roll_back(instead_of=_seen(request), by=member, **told)
    return made.number, f"What version {told['number']} said is in force again, as version {made.number}."


def _seen(request: HttpRequest) -> int | None:
    seen = request.POST.get("instead_of", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


_OF_WRITERS: dict[str, Does] = {"submit": _submit, "take_back": _send_back, "delete": _delete}
_OF_APPROVERS: dict[str, Does] = {
    "approve": _approve,
    "send_back": _send_back,
    "publish": _publish,
    "call_off": _call_off,
    "again": _roll_back,
}


def _page(
    request: HttpRequest, member: Member, key: str, number: int, *, error: DomainError | None = None
) -> HttpResponse:
    programme = member.programme
    guide = versions.guide_by_key(programme, key)
    found = versions.version_by_number(guide, number)
    now = versions.version_in_force(guide)
    other = _other(request, guide, now)
    read = read_version(found)
    of = written(found.text, known_names(programme))
    context = {
        "member": member,
        "programme": programme,
        "section": "guides",
        "tab_of_guides": "guides",
        "guide": guide,
        "version": found,
        "versions": versions.versions_of(guide, limit=20),
        "in_force": now,
        "against": other,
        "changes": compare(read_version(other), read) if other and other.number != number else [],
        "written": of,
        "read": read,
        "words": words,
        "picture": words.picture_of(read, {one.key: of.tone(f"step:{one.key}") for one in read.steps}),
        "may_write": member.may(Right.WRITE_GUIDES),
        "may_decide": member.may(Right.APPROVE_GUIDES),
        "is_own": member.pk in (found.made_by_id, found.submitted_by_id),
        "starts_at": f"{found.starts_at.astimezone(programme.zone):%Y-%m-%dT%H:%M}" if found.starts_at else "",
        "error": str(error) if error else "",
    }
    return pages.render(request, "studio/guides/version.html", context, status=error.status if error else 200)


def _other(request: HttpRequest, guide: Any, now: GuideVersion | None) -> GuideVersion | None:
    """Return the version to compare with: the one asked for, else the one in force."""
    asked = request.GET.get("against", "")
    if asked.isdecimal() and len(asked) < 10:
        return versions.version_by_number(guide, int(asked))
    return now
