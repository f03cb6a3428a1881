"""The pages of scorecards: their list, and one with its versions, what its form looks like, and how it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.quality import queries, scorecards
from rapport.quality.access import access_scorecard
from rapport.quality.definition import FACT_WORDS, read_scorecard
from rapport.studio import written
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

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


@never_cache
@require_safe
@staff_page(Right.WRITE_SCORECARDS, Right.APPROVE_SCORECARDS)
def scorecards_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the scorecards."""
    rows = queries.scorecards_of(member.programme)
    return pages.render(request, "studio/scorecards/scorecards.html", {**context_of(member), "rows": rows})


@require_POST
@staff_page(Right.WRITE_SCORECARDS)
def rule(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Say how many contacts of each rep are drawn, and how often."""
    row, sent = access_scorecard(member.programme, key), request.POST
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
        return desk.page(request, member, row, error=error)
    return desk.to(request, row, "On file. Contacts are drawn when the period is over.")


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


desk = written.Desk(
    name="scorecard",
    folder="studio/scorecards",
    begins=NEW,
    writes=Right.WRITE_SCORECARDS,
    approves=Right.APPROVE_SCORECARDS,
    find=access_scorecard,
    read=lambda _member, text, _key: read_scorecard(text),
    actions=scorecards,
    context=context_of,
    more=lambda row, _reading: {"rule": queries.rule_of(row), "draws": queries.draws_of(row)},
    done={
        "publish": "Published. What is begun from now on is scored by it.",
        "withdraw": "Withdrawn. What was begun is finished.",
    },
)
