"""A statement in words: its tables as the page and the PDF show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapport.insight.claims import BOOKED_AS, NOT_KNOWN
from rapport.insight.figures import Figure, Group
from rapport.insight.keeping import share
from rapport.insight.names import name_of
from rapport.insight.statement import CLAIMS, LINES, LOST, OUTCOMES, SPLITS, WISHES, Statement
from rapport.insight.words import SMALL
from rapport.kit.filters import NONE, day, number, percent
from rapport.kit.money import plain
from rapport.kit.pdf import Column, Paper

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Names = Mapping[str, Mapping[Group, str]]
NAMED_BY = {
    "due_by_reason": "leaving_reason",
    "due_by_offer": "offer",
    "due_by_product": "product",
    "due_by_team": "team",
    "due_by_selling_team": "selling_team",
    "due_by_segment": "segment",
    "due_by_channel": "channel",
}
STICK = ("Due", "Judged", "Stuck", "Stick", "95 % interval")


@dataclass(frozen=True, slots=True)
class Table:
    """One table in words: what it shows, its headings, and its rows, the first cell of each a name.

    ``behind`` says of each row, by the place of a cell, which claims it counts: what the page asks for them by.
    """

    title: str
    heads: tuple[str, ...]
    rows: list[list[str]]
    note: str = ""
    behind: list[dict[int, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """A statement in words."""

    title: str
    period: str
    tables: list[Table] = field(default_factory=list)


def told(found: Statement, names: Names) -> Told:
    """Put a statement into words."""
    month = f"{found.month:%B %Y}"
    period = f"The whole of {month}" if found.is_over else f"{month} so far; the month is not over"
    return Told(f"Statement of {month}", period, [_books(found), _wishes(found), *_due(found, names)])


def _books(found: Statement) -> Table:
    rows = []
    for line, words in LINES.items():
        costs = [plain(found.amount("books", line, unit), unit) for unit in found.currencies]
        rows.append([words, number(found.amount("books", line)), *costs])
    heads = ("", "Claims", *(f"Cost, {unit}" for unit in found.currencies))
    note = "By the day on which the books were written: a correction of an earlier month stands in this one."
    behind = [{1: {"of": BOOKED_AS.get(line, line)}} for line in LINES]
    return Table("The books", heads, rows, note, behind)


def _wishes(found: Statement) -> Table:
    rows = [[words, number(found.amount("wishes", line, WISHES))] for line, words in OUTCOMES.items()]
    return Table("Wishes to leave that ended", ("", "Wishes"), rows)


def _due(found: Statement, names: Names) -> Iterator[Table]:
    whole = _stick_row("All", found.stick())
    note = "Claims whose day came within the month, by what is known now. Who is not judged yet is in no share."
    yield Table("Claims that came due", ("", *STICK), [whole], note, [_behind_stick({})])
    lost = {why: count for why in LOST if (count := found.amount("lost", "reversed", CLAIMS, why))}
    rows = [[LOST[why], number(count)] for why, count in lost.items()]
    behind = [{1: {"state": "reversed", "why": why}} for why in lost]
    yield Table("What became of those lost", ("", "Claims"), rows, "", behind)
    for part, what in SPLITS.items():
        rows = [
            _stick_row(name_of(dict(names[part]), NAMED_BY[part], key or None), found.stick(part, key))
            for key in found.keys(part)
        ]
        by = part.removeprefix("due_by_")
        behind = [_behind_stick({by: key or NOT_KNOWN}) for key in found.keys(part)]
        yield Table(f"By {what}", ("", *STICK), rows, "", behind)


def _behind_stick(by: Mapping[str, str]) -> dict[int, dict[str, str]]:
    return {at: {"state": state, **by} for at, state in enumerate(("counted", "judged", "stuck"), 1)}


def _stick_row(name: str, figure: Figure) -> list[str]:
    told = share(figure)
    judged = figure.denominator or 0
    within = f"{percent(told.low)} to {percent(told.high)}" if told.low is not None else NONE
    words = percent(figure.value, 1) if judged >= SMALL else "too few to say"
    counted = [number(figure.cohort), number(judged), number(figure.numerator)]
    return [name, *counted, words if judged else NONE, within]


def paper(programme: Programme, found: Statement, names: Names) -> bytes:
    """Return a statement as PDF."""
    words = told(found, names)
    as_of = f"{day(found.as_of, programme.zone)}, {found.as_of.astimezone(programme.zone):%H:%M}"
    page = Paper(
        f"{programme.name}: {words.title.lower()}",
        footer=f"{programme.name} for {programme.partner.name} · as known on {as_of}",
        made_at=found.as_of,
    )
    page.sentence(f"{words.period}. As known on {as_of}, {programme.timezone}.")
    page.sentence("Every figure can be counted again from the exported events, by the SQL published with them.")
    for table in words.tables:
        if table.rows:
            page.heading(table.title)
            columns = [Column(head, 1 if at else 3, bool(at)) for at, head in enumerate(table.heads)]
            page.table(columns, table.rows)
            if table.note:
                page.sentence(table.note)
    return page.as_bytes()
