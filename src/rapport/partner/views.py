"""The page on which a partner viewer starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.feeds.queries import feeds_of
from rapport.insight import report
from rapport.insight.queries import extent
from rapport.insight.state import read_state
from rapport.kit import pages
from rapport.recognition.letter import read_people
from rapport.recognition.queries import days_of, latest_published

if TYPE_CHECKING:
    from rapport.accounts.models import Member

NOTES = 7


@never_cache
@require_safe
@staff_page(Right.READ_REPORTS)
def home(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the last week's figures, how the feeds stand, and the latest Rally Notes."""
    programme = member.programme
    days = extent(programme)
    state = read_state(request.GET, programme, days)
    comparable = days is not None and (state.before is None or state.before[0] >= days[0])
    counted = report.count_report(programme, state) if days else None
    called = names_for(member)
    note = latest_published(programme) if member.may(Right.READ_RALLY_NOTES) else None
    context = {
        "member": member,
        "programme": programme,
        "section": "partner",
        "state": state,
        "tiles": report.tiles(counted, state, comparable=comparable) if counted else [],
        "feeds": feeds_of(programme) if member.may(Right.SEE_FEEDS) else [],
        "note": note,
        "people": [one.called(called) for one in read_people(note.people)] if note else [],
        "tip": called.within(note.tip) if note else "",
        "days": days_of(programme, drafts=False, limit=NOTES) if note else [],
        "shown": programme.names_shown_to_partner,
    }
    return pages.render(request, "partner/home.html", context)
