"""The monthly statement for each team that sells: a page, and the same as a file."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_export, note_look
from rapport.customers.sales.queries import selling_teams
from rapport.insight.selling import STATES, WITHIN, effect_on_leaving, months_back, statement
from rapport.kit import pages, spreadsheet
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

READS_CONTACTS = (Right.READ_CONTACTS, Right.READ_TEAM_CONTACTS)
COLUMNS = (
    *("left_on", "sale", "product", "sold_on", "days_after", "seller", "seller_name", "channel", "campaign"),
    *("reason", "detail", "promised", "contact"),
)


@never_cache
@require_safe
@staff_page(Right.READ_REPORTS)
def selling(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show a team's statement of a month, and how leaving goes with promises on the whole programme."""
    programme = member.programme
    teams, months = selling_teams(programme), months_back(programme)
    context = {
        "member": member,
        "section": "reports",
        "programme": programme,
        "teams": [(one, one) for one in teams],
        "months": [(one.isoformat()[:7], f"{one:%B %Y}") for one in months],
    }
    if not teams:
        return pages.render(request, "insight/selling.html", context)
    team, month = _asked(request, programme, teams)
    note_look(
        lookers.person(request, member),
        what="report",
        right=Right.READ_REPORTS,
        about=f"selling team's statement {month:%Y-%m}",
        why="the statement",
        once=hourly(programme.public_id) + f" selling {team} {month:%Y-%m}",
    )
    context |= {
        "told": statement(programme, team, month),
        "month": f"{month:%Y-%m}",
        "states": STATES,
        "effect": effect_on_leaving(programme),
        "within": WITHIN.days,
        "may_listen": any(member.may(right) for right in READS_CONTACTS),
        "may_export": member.may(Right.EXPORT),
    }
    return pages.render(request, "insight/selling.html", context)


@never_cache
@require_safe
@staff_page(Right.EXPORT)
def selling_export(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Send who of a team's customers left in a month, and why, as CSV: one row for each."""
    programme = member.programme
    team, month = _asked(request, programme, selling_teams(programme))
    told = statement(programme, team, month)
    text = StringIO()
    rows = spreadsheet.writer(text)
    rows.writerow(COLUMNS)
    for one in told.gone:
        sale, ended = one.sold.sale, one.attempt.ended_at or one.attempt.opened_at
        rows.writerow(
            [
                *(ended.astimezone(programme.zone).date(), sale.key, sale.product, sale.sold_on, one.days),
                *(sale.seller, sale.seller_name, sale.channel, sale.campaign, one.reason, one.detail),
                *("; ".join(one.promises), one.attempt.contact.public_id if one.attempt.contact else ""),
            ]
        )
    note_export(
        lookers.person(request, member),
        what="figures",
        right=Right.EXPORT,
        rows=len(told.gone),
        about=f"selling team's statement {month:%Y-%m}",
        why="the statement as a file",
    )
    file = f"{programme.key}-selling-{month:%Y-%m}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _asked(request: HttpRequest, programme: Programme, teams: list[str]) -> tuple[str, date]:
    """Return the team and the month that the address tells; what it tells wrongly falls back to the first."""
    months = {f"{one:%Y-%m}": one for one in months_back(programme)}
    if not teams:
        raise NotFound
    told = request.GET.get("team", "")
    return (told if told in teams else teams[0]), months.get(
        request.GET.get("month", ""), next(iter(months.values()))
    )
