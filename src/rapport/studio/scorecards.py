"""The pages of scorecards: their list, and one with its versions, what its form looks like, and how it draws."""

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
from rapport.quality import queries, scorecards
from rapport.quality.access import access_scorecard
from rapport.quality.definition import FACT_WORDS, Scorecard, ScorecardInvalid, read_scorecard
from rapport.studio import written
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.quality.models import Scorecard as Row

looking = staff_page(Right.WRITE_SCORECARDS, Right.APPROVE_SCORECARDS)
writing = staff_page(Right.WRITE_SCORECARDS)
NEW = """name = "Keeping customers"
fatal = "zero"           # a fatal error makes the score 0; "fail" keeps the score and fails it
pass_at = 80             # per cent
appeal_days = 5          # business days
channels = []            # chat, voice; empty: any
reasons = []             # keys of reasons; empty: any

[[sections]]
name = "Opening"

[[sections.questions]]
key = "identity"
text = "Did they check whom they speak with?"
weight = 20
critical = "compliance"  # customer, business or compliance
fatal = true
guidance = "Two facts from the file, before anything of the file is told."

[[sections.questions]]
key = "listened"
text = "How well did they hear the reason?"
weight = 30
kind = "scale"           # 1 to most; else yes or no
most = 5

[[sections]]
name = "Keeping"

[[sections.questions]]
key = "touch_points"
text = "Were all touch points covered?"
weight = 30
fact = "touch_points"    # answered by what is on file, where it is known
comment = "never"

[[sections.questions]]
key = "offer"
text = "Did they offer what answers the reason?"
weight = 20
optional = true          # may be not applicable

[[sections.questions]]
key = "offer_why"
text = "Did they say why it helps?"
weight = 0
when = { question = "offer", answers = ["yes"] }
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, and the scorecard it tells of or its faults by line."""

    text: str
    card: Scorecard | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@never_cache
@require_safe
@looking
def scorecards_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the scorecards."""
    rows = queries.scorecards_of(member.programme)
    return pages.render(request, "studio/scorecards/scorecards.html", {**context_of(member), "rows": rows})


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a scorecard: nothing is kept before it is saved."""
    return _page(request, member, None, NEW)


@never_cache
@require_safe
@looking
def scorecard(request: HttpRequest, member: Member, scorecard: str) -> HttpResponseBase:
    """Show a scorecard: the text of its newest version or the one asked for, its versions, its draws."""
    row = access_scorecard(member.programme, scorecard)
    number = written.number_asked(request, queries.versions_of(row, limit=1)[0][0].number)
    return _page(request, member, row, numbered(row.versions.all(), number).text)


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text says as a scorecard, or its faults; nothing is kept."""
    context = {**context_of(member), "reading": _read(written.text_sent(request))}
    return pages.render(request, "studio/scorecards/said.html", context)


@require_POST
@writing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a draft on file; one with faults comes back with them."""
    text, key = written.text_sent(request), request.POST.get("key", "").strip()
    seen = written.number_seen(request)
    try:
        made = scorecards.save_draft(
            programme=member.programme,
            key=key,
            text=text,
            instead_of=seen,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        row = access_scorecard(member.programme, key) if seen else None
        return _page(request, member, row, text, error=error)
    return _to(request, member, made.scorecard, "The draft is on file.")


@require_POST
@looking
def decide(request: HttpRequest, member: Member, scorecard: str, number: int) -> HttpResponseBase:
    """Hand in, approve, send back or publish a version."""
    row, sent = access_scorecard(member.programme, scorecard), request.POST
    told: dict[str, Any] = {"row": row, "number": number, "actor": actor_of(member)}
    steps: dict[str, written.Step] = {
        "submit": lambda: scorecards.submit(**told, by=member),
        "approve": lambda: scorecards.approve(**told, by=member),
        "send_back": lambda: scorecards.send_back(**told, because=sent.get("because", "")),
        "publish": lambda: scorecards.publish(**told),
    }
    rights = {"writes": Right.WRITE_SCORECARDS, "approves": Right.APPROVE_SCORECARDS}
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
    "publish": "Published. What is begun from now on is scored by it.",
}


@require_POST
@writing
def rule(request: HttpRequest, member: Member, scorecard: str) -> HttpResponseBase:
    """Say how many contacts of each rep are drawn, and how often."""
    row, sent = access_scorecard(member.programme, scorecard), request.POST
    each = sent.get("each", "")
    try:
        scorecards.set_rule(
            row=row,
            each=int(each) if each.isdecimal() and len(each) < 4 else -1,
            every=sent.get("every", ""),
            asks_self="asks_self" in sent,
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _page(request, member, row, queries.versions_of(row, limit=1)[0][0].text, error=error)
    return _to(request, member, row, "On file. Contacts are drawn when the period is over.")


@require_POST
@staff_page(Right.APPROVE_SCORECARDS)
def withdraw(request: HttpRequest, member: Member, scorecard: str) -> HttpResponseBase:
    """Score nothing by it any more."""
    row = access_scorecard(member.programme, scorecard)
    scorecards.withdraw(row=row, actor=actor_of(member))
    return _to(request, member, row, "Withdrawn. What was begun is finished.")


def context_of(member: Member) -> dict[str, Any]:
    """Return what every page of scorecards is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "quality",
        "tab_of_quality": "scorecards",
        "may_score": member.may(Right.SCORE_CONTACTS),
        "takes": member.may(Right.TAKE_CONTACTS),
        "writes": member.may(Right.WRITE_SCORECARDS),
        "approves": member.may(Right.APPROVE_SCORECARDS),
        "fact_words": FACT_WORDS,
        "error": "",
    }


def _page(
    request: HttpRequest, member: Member, row: Row | None, text: str, *, error: DomainError | None = None
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
        "rule": queries.rule_of(row) if row else None,
        "draws": queries.draws_of(row) if row else [],
        "error": str(error) if error and not isinstance(error, ScorecardInvalid) else "",
    }
    return pages.render(
        request, "studio/scorecards/scorecard.html", context, status=error.status if error else 200
    )


def _read(text: str) -> Reading:
    try:
        return Reading(text, read_scorecard(text))
    except ScorecardInvalid as error:
        return Reading(text, faults=error.faults)


def _to(request: HttpRequest, member: Member, row: Row, words: str) -> HttpResponse:
    return pages.redirect(request, reverse("scorecard", args=[member.programme.key, row.key]), said=words)
