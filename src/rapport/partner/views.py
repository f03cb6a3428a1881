"""The page on which a partner viewer starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit import queries as audit
from rapport.audit.actions import hourly, note_look
from rapport.customers.queries import keys_of
from rapport.events.queries import latest_of
from rapport.feeds.queries import feeds_of
from rapport.insight import report
from rapport.insight.queries import extent
from rapport.insight.state import read_state
from rapport.kit import pages
from rapport.recognition.awards.queries import waiting_for_partner
from rapport.recognition.letter import read_people
from rapport.recognition.queries import days_of, latest_published

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.insight.state import ReportState

NOTES = 7
LOOKS = DIGESTS = 8


@never_cache
@require_safe
@staff_page(Right.READ_REPORTS)
def home(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the last week's figures, how the feeds stand, and the latest Rally Notes."""
    programme = member.programme
    days = extent(programme)
    state = read_state(request.GET, programme, days)
    comparable = days is not None and (state.before is None or state.before[0] >= days[0])
    counted = report.count_headline(programme, state) if days else None
    called = names_for(member)
    note = latest_published(programme) if member.may(Right.READ_RALLY_NOTES) else None
    _note_look(request, member, state)
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
        "awards": waiting_for_partner(programme) if member.may(Right.CONFIRM_AWARDS) else [],
        "called": called,
        **_record(member),
    }
    return pages.render(request, "partner/home.html", context)


def _record(member: Member) -> dict[str, Any]:
    """Return the latest looks and digests, for who may read the record."""
    if not member.may(Right.READ_RECORD):
        return {"reads_record": False}
    looks = audit.looks(member, audit.Wanted(), limit=LOOKS)
    return {
        "reads_record": True,
        "looks": looks,
        "keys": keys_of(member.programme, [row.subject for row in looks if row.subject]),
        "digests": audit.digests(member.programme, limit=DIGESTS),
        "checked": latest_of(member.programme, "record.verified"),
    }


def _note_look(request: HttpRequest, member: Member, state: ReportState) -> None:
    note_look(
        lookers.person(request, member),
        what="report",
        right=Right.READ_REPORTS,
        about=f"partner's page {state.start} {state.end}",
        why="the partner's page",
        once=f"{hourly(member.programme.public_id)} partner {state.start} {state.end}",
    )
