"""The pages of what certificates ask: their list, and one with its text and its versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError, Forbidden
from rapport.kit.versions import numbered
from rapport.learning.certification import kinds, queries
from rapport.learning.certification.access import access_kind
from rapport.learning.certification.definition import Certificate, KindInvalid, read_kind
from rapport.learning.certification.views import context_of as certificates_context
from rapport.studio import written
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.learning.certification.models import CertificateKind

looking = staff_page(Right.WRITE_CERTIFICATES, Right.APPROVE_CERTIFICATES)
writing = staff_page(Right.WRITE_CERTIFICATES)
NEW = """name = "Keeping customers"
covers = "programme"     # or skill, product; a path keeps nothing behind it
refuses = true           # nobody without it is offered such a contact
freedom = 0              # the highest level in guides without it
months = 12              # how long it holds
due_days = 30            # due for renewal so long before its end
overdue_days = 7         # overdue so long before it
on_the_job_days = 14     # who has none may serve so long, with every contact scored; 0: not at all

[[levels]]
name = "Ready"
freedom = 2              # the highest level in guides with it
contacts = 5             # the latest that were scored, at random or on the job,
mean = 75                # with this mean score or more, per cent, and no fatal error
clearance = true         # the programme's clearance holds

[[levels]]
name = "Trusted"
freedom = 5
contacts = 10
mean = 85
months_here = 6
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, and what it says of a certificate or its faults by line."""

    text: str
    said: Certificate | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@never_cache
@require_safe
@looking
def kinds_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the kinds of certificates."""
    rows = queries.kinds_of(member.programme)
    return pages.render(request, "studio/certificates/kinds.html", {**context_of(member), "rows": rows})


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a kind: nothing is kept before it is saved."""
    return _page(request, member, None, NEW)


@never_cache
@require_safe
@looking
def kind(request: HttpRequest, member: Member, kind: str) -> HttpResponseBase:
    """Show a kind: the text of its newest version or the one asked for, and its versions."""
    row = access_kind(member.programme, kind)
    number = written.number_asked(request, queries.versions_of(row, limit=1)[0][0].number)
    return _page(request, member, row, numbered(row.versions.all(), number).text)


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text asks, or its faults; nothing is kept."""
    context = {**context_of(member), "reading": _read(written.text_sent(request))}
    return pages.render(request, "studio/certificates/said.html", context)


@require_POST
@writing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a draft on file; one with faults comes back with them."""
    text, key = written.text_sent(request), request.POST.get("key", "").strip()
    seen = written.number_seen(request)
    try:
        made = kinds.save_draft(
            programme=member.programme,
            key=key,
            text=text,
            instead_of=seen,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        row = access_kind(member.programme, key) if seen else None
        return _page(request, member, row, text, error=error)
    return _to(request, member, made.kind, "The draft is on file.")


@require_POST
@looking
def decide(request: HttpRequest, member: Member, kind: str, number: int) -> HttpResponseBase:
    """Hand in, approve, send back or publish a version."""
    row, sent = access_kind(member.programme, kind), request.POST
    told: dict[str, Any] = {"row": row, "number": number, "actor": actor_of(member)}
    steps: dict[str, written.Step] = {
        "submit": lambda: kinds.submit(**told, by=member),
        "approve": lambda: kinds.approve(**told, by=member),
        "send_back": lambda: kinds.send_back(**told, because=sent.get("because", "")),
        "publish": lambda: kinds.publish(**told),
    }
    rights = {"writes": Right.WRITE_CERTIFICATES, "approves": Right.APPROVE_CERTIFICATES}
    try:
        written.step_asked(request, member, steps, **rights)()
    except Forbidden:
        raise
    except DomainError as error:
        return _page(request, member, row, numbered(row.versions.all(), number).text, error=error)
    return _to(request, member, row, DONE[sent["do"]])


DONE = {
    "submit": "Handed in. Somebody else approves it.",
    "approve": "Approved. It can be published.",
    "send_back": "Sent back with what to put right.",
    "publish": "Published. What it keeps is kept from now on.",
}


@require_POST
@staff_page(Right.APPROVE_CERTIFICATES)
def withdraw(request: HttpRequest, member: Member, kind: str) -> HttpResponseBase:
    """Grant and ask for no certificates of the kind any more."""
    row = access_kind(member.programme, kind)
    kinds.withdraw(row=row, actor=actor_of(member))
    return _to(request, member, row, "Withdrawn. Nothing is kept behind it any more.")


def context_of(member: Member) -> dict[str, Any]:
    """Return what every page of kinds is shown with."""
    return certificates_context(member, "kinds")


def _page(
    request: HttpRequest,
    member: Member,
    row: CertificateKind | None,
    text: str,
    *,
    error: DomainError | None = None,
) -> HttpResponse:
    versions = queries.versions_of(row) if row else []
    context = {
        **context_of(member),
        "row": row,
        "key": row.key if row else request.POST.get("key", ""),
        "text": text,
        "reading": _read(text),
        "versions": versions,
        "newest": versions[0][0] if versions else None,
        "error": str(error) if error and not isinstance(error, KindInvalid) else "",
    }
    return pages.render(request, "studio/certificates/kind.html", context, status=error.status if error else 200)


def _read(text: str) -> Reading:
    try:
        return Reading(text, read_kind(text))
    except KindInvalid as error:
        return Reading(text, faults=error.faults)


def _to(request: HttpRequest, member: Member, row: CertificateKind, words: str) -> HttpResponse:
    return pages.redirect(request, reverse("certificate-kind", args=[member.programme.key, row.key]), said=words)
