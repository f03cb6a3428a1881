"""Making a letter from the day's own figures. Every figure is the metric registry's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_of
from rapport.contacts.queries import reason_by_key
from rapport.feedback.queries import best_by_rep, with_comments
from rapport.insight.queries import bounds, metrics
from rapport.kit import clock
from rapport.ledger.queries import booked, stick_days
from rapport.recognition.awards.queries import announced
from rapport.recognition.kudos.queries import uncommon
from rapport.recognition.letter import Line, Praise, Quote, written
from rapport.recognition.privacy import without_personal

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.feedback.models import Survey
    from rapport.insight.figures import FigureRow

SHARES = ("resolution_by_customers", "resolution_by_reps", "service_level", "satisfaction", "touch_point_coverage")
COUNTS = ("contacts_answered",)
QUALITY = ("resolution_by_customers", "satisfaction", "touch_point_coverage")
SAME_WEEKDAYS = 4
NAMED = 3  # people in a letter
LEAST_ANSWERED = 5  # contacts a rep must have had to be compared at all
LEAST_TOLD = 5  # answers below which it is not told what share of them was good
PRIOR = 10.0  # answers of the day's mean that each rep's own are mixed with
HEADLINE_ANSWERS = 20  # customers' answers that make a headline
LEAST_FOR_EVIDENCE = 15
LONGEST_QUOTE = 320
SHORTEST_QUOTE = 15


def lines_for(programme: Programme, day: date) -> list[Line]:
    """Return the day's figures beside the last four same weekdays, the headline first.

    What is counted of a day that still goes on stands beside no whole days.
    """
    rows = {
        row.group["day"]: row
        for back in range(SAME_WEEKDAYS + 1)
        for row in metrics(
            programme, (*SHARES, *COUNTS), day - timedelta(weeks=back), day - timedelta(weeks=back), "day"
        )
    }
    today, past = rows.pop(day, None), list(rows.values())
    if today is None:
        return []
    is_over = bounds(programme, day, day)[1] <= clock.now()
    lines = [_line(key, today, past if is_over or key not in COUNTS else []) for key in (*SHARES, *COUNTS)]
    return sorted(lines, key=lambda line: line.key != headline_of(lines))


def _line(key: str, today: FigureRow, past: Sequence[FigureRow]) -> Line:
    figure = today[key]
    if figure.denominator is None:
        usual = sum(row[key].numerator for row in past) / len(past) if past else None
        return Line(key, figure.value, None, usual, len(past))
    return Line(key, figure.value, figure.denominator, pooled(past, key), len(past))


def pooled(rows: Sequence[FigureRow], key: str) -> float | None:
    """Return a share or mean over several days at once; None where there is nothing to divide by."""
    below = sum(row[key].denominator or 0 for row in rows)
    return sum(row[key].numerator for row in rows) / below if below else None


def headline_of(lines: Sequence[Line]) -> str:
    """Return the figure that leads: resolution as enough customers said, else as reps said, else service level."""
    known = {line.key: line for line in lines if line.value is not None}
    customers = known.get("resolution_by_customers")
    if customers is not None and (customers.count or 0) >= HEADLINE_ANSWERS:
        return "resolution_by_customers"
    return "resolution_by_reps" if "resolution_by_reps" in known else "service_level"


def people_for(programme: Programme, day: date) -> list[Praise]:
    """Return up to three reps by quality, best first; none who is not above the day's mean."""
    everyone = metrics(programme, QUALITY, day, day)[0]
    rows = metrics(programme, (*QUALITY, "contacts_answered"), day, day, by="rep")
    scored = [
        (quality(row, everyone), str(row.group["rep"]))
        for row in rows
        if _can_be_compared(row) and strengths(row, everyone)
    ]
    best = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], one[1]))[:NAMED]
    by_rep = {str(row.group["rep"]): row for row in rows}
    names = {member.agent_id: member.name for member in members_of(programme)}
    surveys = best_by_rep(programme, *bounds(programme, day, day), reps=[rep for _, rep in best])
    return [_praise(rep, names.get(rep, rep), by_rep[rep], everyone, surveys.get(rep)) for _, rep in best]


def _can_be_compared(row: FigureRow) -> bool:
    return row.group["rep"] is not None and row["contacts_answered"].numerator >= LEAST_ANSWERED


def quality(row: FigureRow, everyone: FigureRow) -> float:
    """Return how far a rep is above the day's mean (0), in the mean of three shares from 0 to 1.

    Each is drawn towards the day's mean as if ``PRIOR`` more answers had been just that, so that one happy
    customer does not make a best rep. A part nobody has figures for does not count.
    """
    gains = []
    for key in QUALITY:
        mean = everyone[key].value
        if mean is None:
            continue
        own = row[key]
        drawn = (own.numerator + PRIOR * mean) / ((own.denominator or 0) + PRIOR)
        gains.append((drawn - mean) / (4 if key == "satisfaction" else 1))
    return sum(gains) / len(gains) if gains else 0.0


def _praise(rep: str, name: str, row: FigureRow, everyone: FigureRow, survey: Survey | None) -> Praise:
    return Praise(
        agent_id=rep,
        name=name,
        words=strengths(row, everyone),
        contact=str(survey.contact.public_id) if survey else None,
        reason=survey.contact.reason.name if survey and survey.contact.reason else "",
        quote=_masked(survey) if survey else "",
    )


def strengths(row: FigureRow, everyone: FigureRow) -> list[str]:
    """Say what a rep did better than the day's mean, with the numbers behind it; a few answers are no number."""
    said = {
        "resolution_by_customers": "{value} of {count} customers said it was resolved",
        "satisfaction": "rated {value} by {count} customers",
        "touch_point_coverage": "{value} of touch points covered",
    }
    words = []
    for key, sentence in said.items():
        own, mean = row[key], everyone[key].value
        if own.value is None or mean is None or (own.denominator or 0) < LEAST_TOLD:
            continue
        if own.value > mean:
            words.append(sentence.format(value=written(key, own.value), count=f"{own.denominator:g}"))
    return words


def quote_for(programme: Programme, day: date) -> Quote | None:
    """Return the day's best comment, with no customer named: best rated, resolved, and with something to say."""
    start, end = bounds(programme, day, day)
    fitting = [
        (survey, text)
        for survey in with_comments(programme, start, end)
        if (survey.rating or 0) >= 4 and survey.resolved is not False
        if SHORTEST_QUOTE <= len(text := _masked(survey)) <= LONGEST_QUOTE
    ]
    if not fitting:
        return None
    survey, text = max(
        fitting, key=lambda one: (one[0].rating or 0, one[0].resolved is True, min(len(one[1]), 160))
    )
    rep = survey.contact.rep
    return Quote(text, survey.rating, rep.name if rep else "", str(survey.contact.public_id))


def _masked(survey: Survey) -> str:
    customer = survey.contact.customer
    return without_personal(survey.comment, name=customer.name if customer else "")


def saves_for(programme: Programme, day: date) -> dict[str, int]:
    """Return how many saves were claimed on the day, and how many earlier ones the partner's word settled on it.

    A claim matures at the end of its days, but is verified only when the partner's accounts of then are in, often
    days later: it counts for the day on which it was.
    """
    lines = booked(programme, *bounds(programme, day, day))
    settled = {name: sum(count for line, _, count, _ in lines if line == name) for name in ("matured", "reversed")}
    claimed = metrics(programme, ("saves_claimed",), day, day)[0]["saves_claimed"].numerator
    return {"claimed": int(claimed), "days": stick_days(programme), **settled}


def awards_for(programme: Programme, day: date) -> list[dict[str, str]]:
    """Return who won what of the awards announced on the day; taken back ones are none."""
    start, end = bounds(programme, day, day)
    return [
        {"name": told.row.category.name, "agent_id": one.rep.agent_id, "rep": one.rep.name}
        for told in announced(programme, start)
        if told.row.announced_at is not None and told.row.announced_at < end
        for one in told.winners
    ]


def uncommon_for(programme: Programme, day: date) -> list[dict[str, str]]:
    """Return whose service was confirmed as uncommon on the day, and why, with no customer named."""
    start, end = bounds(programme, day, day)
    return [
        {
            "agent_id": one.rep.agent_id,
            "rep": one.rep.name,
            "why": without_personal(one.why, name=one.contact.customer.name if one.contact.customer else ""),
            "contact": str(one.contact.public_id),
        }
        for one in uncommon(programme, start)
        if one.at < end and one.contact is not None and one.why
    ]


def evidence_for(programme: Programme, day: date) -> str:
    """Return where the day's resolution was weakest, as a start for the tip; empty without enough contacts."""
    rows = metrics(programme, ("resolution_by_reps",), day, day, by="reason")
    weak = [
        row
        for row in rows
        if row.group["reason"] and (row["resolution_by_reps"].denominator or 0) >= LEAST_FOR_EVIDENCE
    ]
    if not weak:
        return ""
    lowest = min(weak, key=lambda row: row["resolution_by_reps"].value or 0)
    figure, key = lowest["resolution_by_reps"], str(lowest.group["reason"])
    share = written("resolution_by_reps", figure.value)
    return f"Resolved least: {_reason_name(programme, key)}, {share} of {figure.denominator:g} contacts."


def _reason_name(programme: Programme, key: str) -> str:
    reason = reason_by_key(programme, key)
    return reason.name if reason else key
