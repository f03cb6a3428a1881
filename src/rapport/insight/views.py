"""The report, its export, and what every figure means."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_export, note_look
from rapport.insight import queries, report
from rapport.insight.names import name_of, names_of
from rapport.insight.registry import METRICS, RELATIONS
from rapport.insight.sql import check_cut, shown
from rapport.insight.state import COMPARISONS, SPLITS, ReportState, in_words, presets, read_state
from rapport.insight.words import SMALL, written
from rapport.kit import pages, spreadsheet
from rapport.kit.errors import Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.accounts.names import Names
    from rapport.insight.figures import Group

reader = staff_page(Right.READ_REPORTS)


@never_cache
@require_safe
@reader
def show(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the report that the address tells."""
    programme = member.programme
    days = queries.extent(programme)
    state = read_state(request.GET, programme, days)
    context = {"member": member, "section": "reports", "programme": programme, "state": state, "metrics": METRICS}
    if days is None:
        return pages.render(request, "insight/empty.html", context)
    note_look(
        lookers.person(request, member),
        what="report",
        right=Right.READ_REPORTS,
        about=f"{state.metric} {state.start} {state.end} by {state.by}",
        why="the report",
        once=hourly(programme.public_id) + f" {state.metric} {state.start} {state.end} {state.by}",
    )
    counted = report.count_report(programme, state)
    metric = METRICS[state.metric]
    target = programme.answer_target if state.metric == "service_level" else None
    comparable = state.before is None or state.before[0] >= days[0]
    people = names_for(member)
    by_rep = report.split(programme, counted, metric, "rep", people)
    by_other = report.split(programme, counted, metric, state.by, people)
    return pages.render(
        request,
        "insight/report.html",
        context
        | {
            "metric": metric,
            "days": in_words(*days),
            "presets": presets(state, days),
            "comparisons": COMPARISONS,
            "splits": {by: words for by, words in SPLITS.items() if by in RELATIONS[metric.relation].dimensions},
            "tiles": report.tiles(counted, state, comparable=comparable),
            "comparable": comparable,
            "trend": report.trend(counted, state, target),
            "trend_rows": report.trend_rows(counted, state),
            "by_rep": by_rep,
            "rep_bars": report.bars(metric, by_rep, counted.currency),
            "by_other": by_other,
            "other_bars": report.bars(metric, by_other, counted.currency),
            "heat": report.heat(counted, metric),
            "heat_rows": report.heat_rows(counted, metric),
            "rep_columns": [METRICS[key] for key in report.OF_REPS],
            "reps": report.table_of_reps(counted, people),
            "sql": shown(metric),
            "small": SMALL,
            "nothing_came": not counted.now[("day",)],
        },
    )


@never_cache
@require_safe
@staff_page(Right.EXPORT)
def export(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Send the figures of the address' period as CSV: one row for each group and metric."""
    programme = member.programme
    state = read_state(request.GET, programme, queries.extent(programme))
    if state.wrong:  # a file cannot say that it holds other days than those asked for
        raise Invalid(state.wrong)
    cut = check_cut([name for name in request.GET.get("split", "day").split(",") if name])
    keys = [state.metric] if request.GET.get("only") else list(METRICS)
    text = StringIO()
    rows = spreadsheet.writer(text)
    rows.writerow([*cut, *(f"{name}_name" for name in cut), "metric", "value", "numerator", "denominator", "unit"])
    people = names_for(member)
    names = {name: names_of(programme, name, people) for name in cut}
    figures = queries.metrics(programme, keys, state.start, state.end, by=cut)
    for row in figures:
        groups = [_group(people, name, row.group[name]) for name in cut]
        named = [name_of(names[name], name, row.group[name]) for name in cut]
        for key, figure in row.figures.items():
            rows.writerow(
                [*groups, *named, key, figure.value, figure.numerator, figure.denominator, METRICS[key].unit]
            )
    note_export(
        lookers.person(request, member),
        what="figures",
        right=Right.EXPORT,
        rows=len(figures),
        about=f"{'-'.join(cut) or 'all'} {state.start} {state.end}",
        why="figures as a file",
    )
    file = f"{programme.key}-{'-'.join(cut) or 'all'}-{state.start}-{state.end}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _group(people: Names, dimension: str, group: Group) -> Group:
    return people.key_of(str(group)) if dimension == "rep" and group is not None else group


@never_cache
@require_safe
@reader
def definitions(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List what every figure means."""
    context = {"member": member, "section": "reports", "programme": member.programme, "metrics": METRICS}
    return pages.render(request, "insight/definitions.html", context)


@never_cache
@require_safe
@reader
def definition(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Show one metric: its sentence, its SQL in every engine's words, and its figure of the address' period."""
    if key not in METRICS:
        raise NotFound
    metric, programme = METRICS[key], member.programme
    state = read_state(request.GET, programme, queries.extent(programme))
    [row] = queries.metrics(programme, [key], state.start, state.end)
    return pages.render(
        request,
        "insight/definition.html",
        {
            "member": member,
            "section": "reports",
            "programme": programme,
            "metric": metric,
            "relation": RELATIONS[metric.relation],
            "state": _looking_at(state, key),
            "figure": row[key],
            "words": written(metric, row[key], queries.currency_of(programme) if metric.unit == "money" else ""),
            "values": _values(programme, state),
            "engines": [(name, shown(metric, name)) for name in ("", "postgres", "duckdb")],
        },
    )


def _looking_at(state: ReportState, key: str) -> ReportState:
    return ReportState(state.start, state.end, state.compare, key, state.by)


def _values(programme: Programme, state: ReportState) -> str:
    values = queries.values_for(programme, state.start, state.end)
    return json.dumps(values, default=str, indent=1)
