"""The page of figures: what the random sample of a period says of a scorecard, of everybody or one rep."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.kit import clock, pages
from rapport.quality import queries
from rapport.quality.figures import FEW, FEWEST, figures_of
from rapport.quality.views import context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

USUAL = timedelta(days=28)


@never_cache
@require_safe
@staff_page(Right.SCORE_CONTACTS)
def figures(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the figures; the address holds scorecard, days and rep."""
    asked, programme = request.GET, member.programme
    cards = queries.scorecards_of(programme)
    chosen = next((one for one in cards if one.row.key == asked.get("scorecard")), cards[0] if cards else None)
    today = clock.now().astimezone(programme.zone).date()
    until = _day(asked.get("until", ""), today)
    since = min(_day(asked.get("since", ""), until - USUAL + timedelta(days=1)), until)
    rep = member_by_agent_id(programme, asked.get("rep", "")) if asked.get("rep") else None
    context = {
        **context_of(member, "figures"),
        "cards": [(one.row.key, (one.live or one.newest).name) for one in cards],
        "chosen": chosen,
        "since": since,
        "until": until,
        "rep": rep,
        "few": FEW,
        "fewest": FEWEST,
        "figures": figures_of(chosen.row, programme, since, until + timedelta(days=1), rep) if chosen else None,
    }
    return pages.render(request, "quality/figures.html", context)


def _day(told: str, usual: date) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return usual
