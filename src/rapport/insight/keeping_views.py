"""Keeping customers: what stuck, and the statement of a month as page, CSV, PDF and the events to check it by."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_export, note_look
from rapport.insight import claims, curve, keeping, statement, statement_paper
from rapport.insight.names import names_of
from rapport.insight.state import presets, read_state
from rapport.insight.words import SMALL
from rapport.kit import pages, spreadsheet
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.insight.statement import Statement

HALF_A_YEAR = 182
reader = staff_page(Right.READ_REPORTS)
exporter = staff_page(Right.EXPORT)


@never_cache
@require_safe
@reader
def show(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how many saves stuck, how long saved customers stay, and the splits."""
    programme, days = member.programme, keeping.extent(member.programme)
    state = read_state(request.GET, programme, days, back=HALF_A_YEAR, splits=keeping.SPLITS)
    context = {"member": member, "section": "reports", "programme": programme, "state": state}
    if days is None:
        return pages.render(request, "insight/keeping_empty.html", context)
    _note(request, member, f"keeping {state.start} {state.end} by {state.by}")
    people = names_for(member)
    names = names_of(programme, state.by, people)
    rows = keeping.kept_by(programme, state.start, state.end, state.by, names)
    asked = claims.Asked(people, "made", state.start, state.end)
    followed = curve.survival(programme, state.start, state.end)
    return pages.render(
        request,
        "insight/keeping.html",
        context
        | {
            "presets": presets(state, days),
            "splits": keeping.SPLITS,
            "head": keeping.headline(programme, state.start, state.end),
            "curve": curve.chart(followed) if followed else None,
            "curve_rows": curve.rows(followed) if followed else [],
            "rows": rows,
            "bars": keeping.bars(rows),
            "small": SMALL,
            "asked": asked,
            "behind": claims.behind(asked, claims.ASKED_BY.get(state.by, state.by)),
        },
    )


@never_cache
@require_safe
@reader
def statements(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the months there are statements of."""
    programme = member.programme
    months = [statement.statement_of(programme, month) for month in statement.months_of(programme)[:24]]
    context = {"member": member, "section": "reports", "programme": programme, "months": months}
    return pages.render(request, "insight/statements.html", context)


@never_cache
@require_safe
@reader
def one(request: HttpRequest, member: Member, month: str) -> HttpResponseBase:
    """Show the statement of a month."""
    found = _found(member, month)
    _note(request, member, f"statement {month}")
    last = statement.after(found.month) - timedelta(days=1)
    context = {
        "member": member,
        "section": "reports",
        "programme": member.programme,
        "found": found,
        "told": statement_paper.told(found, _names(member)),
        "asked": claims.Asked(names_for(member), "due", found.month, last),
        "sql": statement.SQL.read_text(),
    }
    return pages.render(request, "insight/statement.html", context)


@never_cache
@require_safe
@exporter
def as_csv(request: HttpRequest, member: Member, month: str) -> HttpResponseBase:
    """Send the statement of a month as CSV: one row for each figure, as the published SQL gives them."""
    found, text = _found(member, month), StringIO()
    spreadsheet.writer(text).writerows(statement.as_table(found.rows))
    _note_file(request, member, f"statement {month} csv", len(found.rows))
    return _file(
        text.getvalue().encode(), "text/csv; charset=utf-8", f"{member.programme.key}-statement-{month}.csv"
    )


@never_cache
@require_safe
@exporter
def as_pdf(request: HttpRequest, member: Member, month: str) -> HttpResponseBase:
    """Send the statement of a month as PDF."""
    found = _found(member, month)
    paper = statement_paper.paper(member.programme, found, _names(member))
    _note_file(request, member, f"statement {month} pdf", len(found.rows))
    return _file(paper, "application/pdf", f"{member.programme.key}-statement-{month}.pdf")


@never_cache
@require_safe
@exporter
def events(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Send the events that statements are counted from, as Parquet; nobody of the staff is in them."""
    from rapport.insight.export import write_events  # here: DuckDB is heavy, and every process would load it

    with TemporaryDirectory() as folder:
        path, rows = write_events(member.programme, Path(folder))
        content = path.read_bytes()
    _note_file(request, member, "events of keeping customers", rows)
    return _file(content, "application/vnd.apache.parquet", "fact_event.parquet")


@never_cache
@require_safe
@reader
def sql(_request: HttpRequest, _member: Member) -> HttpResponseBase:
    """Send the SQL that counts a statement from its events."""
    return _file(statement.SQL.read_bytes(), "text/plain; charset=utf-8", statement.SQL.name)


def _found(member: Member, month: str) -> Statement:
    wanted = statement.month_of(month)
    if wanted not in statement.months_of(member.programme):
        raise NotFound
    return statement.statement_of(member.programme, wanted)


def _names(member: Member) -> statement_paper.Names:
    people = names_for(member)
    return {
        part: names_of(member.programme, dimension, people) for part, dimension in statement_paper.NAMED_BY.items()
    }


def _note(request: HttpRequest, member: Member, about: str) -> None:
    note_look(
        lookers.person(request, member),
        what="report",
        right=Right.READ_REPORTS,
        about=about,
        why="keeping customers",
        once=f"{hourly(member.programme.public_id)} {about}",
    )


def _note_file(request: HttpRequest, member: Member, about: str, rows: int) -> None:
    by = lookers.person(request, member)
    note_export(by, what="figures", right=Right.EXPORT, rows=rows, about=about, why="a statement as a file")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
