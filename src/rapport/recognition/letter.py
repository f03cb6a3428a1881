"""What a letter says, as kept with it: plain data, written once when it is drafted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rapport.insight.registry import METRICS
from rapport.kit.filters import duration, number, percent

if TYPE_CHECKING:
    from rapport.accounts.names import Names
    from rapport.recognition.models import RallyNote


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the day and the same of the last same weekdays (``usual``, of so many ``days``)."""

    key: str
    value: float | None
    count: float | None
    usual: float | None
    days: int

    @property
    def name(self) -> str:
        """What the figure is called."""
        return METRICS[self.key].name if self.key in METRICS else self.key

    @property
    def sentence(self) -> str:
        """What it counts."""
        return METRICS[self.key].sentence if self.key in METRICS else ""

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return written(self.key, self.value)

    @property
    def usually(self) -> str:
        """The usual value as people read it; empty without any day to compare with."""
        return "" if self.usual is None else written(self.key, self.usual)

    @property
    def change(self) -> str:
        """The difference to the usual in words; empty without one."""
        if self.value is None or self.usual is None:
            return ""
        difference = self.value - self.usual
        if _unit(self.key) == "share":
            points = round(100 * difference)
            many = "point" if abs(points) == 1 else "points"
            return (
                "as usual" if points == 0 else f"{abs(points)} {many} {'above' if points > 0 else 'below'} usual"
            )
        if abs(difference) < 0.05:
            return "as usual"
        return f"{written(self.key, abs(difference))} {'above' if difference > 0 else 'below'} usual"

    @property
    def is_better(self) -> bool | None:
        """Whether the change is for the better; None where that cannot be said."""
        better = METRICS[self.key].better if self.key in METRICS else ""
        if not self.change or self.change == "as usual" or not better or self.value is None or self.usual is None:
            return None
        return (self.value > self.usual) == (better == "up")


@dataclass(frozen=True, slots=True)
class Praise:
    """A rep who did well, with what and a contact to look at."""

    agent_id: str
    name: str
    words: list[str]
    contact: str | None
    reason: str
    quote: str

    def called(self, names: Names) -> Praise:
        """Return the praise with people called as its reader may."""
        if not names.hidden:
            return self
        called = names.of_agent(self.agent_id)
        return replace(self, agent_id="", name=called, quote=names.within(self.quote))


@dataclass(frozen=True, slots=True)
class Quote:
    """The comment of the day, with no customer named."""

    text: str
    rating: int | None
    rep: str
    contact: str

    def called(self, names: Names) -> Quote:
        """Return the comment with people called as its reader may."""
        return replace(self, rep=names.of_name(self.rep), text=names.within(self.text)) if names.hidden else self


def written(key: str, value: float | None) -> str:
    """Write a metric's value with its unit."""
    unit = _unit(key)
    if unit == "share":
        return percent(value)
    if unit == "seconds":
        return duration(value)
    return number(value, 1 if unit == "rating" else 0)


def _unit(key: str) -> str:
    return METRICS[key].unit if key in METRICS else ""


def read_lines(raw: list[dict[str, Any]]) -> list[Line]:
    """Return the figures kept with a letter."""
    return [Line(**one) for one in raw]


def read_people(raw: list[dict[str, Any]]) -> list[Praise]:
    """Return the people kept with a letter."""
    return [Praise(**one) for one in raw]


def read_quote(raw: dict[str, Any] | None) -> Quote | None:
    """Return the comment kept with a letter."""
    return Quote(**raw) if raw else None


def subject_of(note: RallyNote) -> str:
    """Return what the notes are called."""
    return f"Rally Notes of {note.day:%A %-d %B %Y}"


def as_text(note: RallyNote, names: Names | None = None) -> str:
    """Return the notes as a letter in plain text, with people called as its reader may (None: as they are)."""
    parts = [subject_of(note) + ("" if note.published_at else " (draft)")]
    lines = [
        f"  {one.name}: {one.shown}{f', {one.change}' if one.change else ''}" for one in read_lines(note.figures)
    ]
    parts.append("\n".join(lines) or "  Nobody asked for a person on that day.")
    if note.saves:
        parts.append(f"Saves\n  {saves_in_words(note.saves)}")
    people = [one.called(names) if names else one for one in read_people(note.people)]
    praised = [f"  {one.name}: {'; '.join(one.words)}" for one in people]
    parts.append("Who was great\n" + ("\n".join(praised) or "  Too few answers to say."))
    won = [f"  {one['name']}: {names.of_agent(one['agent_id']) if names else one['rep']}" for one in note.awards]
    if won:
        parts.append("Awards\n" + "\n".join(won))
    parts += _uncommon(note, names)
    quote = read_quote(note.comment)
    if quote:
        said = (quote.called(names) if names else quote).text
        parts.append(
            f"The comment of the day\n  \N{LEFT DOUBLE QUOTATION MARK}{said}\N{RIGHT DOUBLE QUOTATION MARK}"
        )
    for title, text in (
        ("The tip", note.tip),
        ("Our news", note.our_news),
        ("The partner's news", note.partner_news),
    ):
        if text:
            parts.append(f"{title}\n  {names.within(text) if names else text}")
    return "\n\n".join(parts)


def _uncommon(note: RallyNote, names: Names | None) -> list[str]:
    told = [(one["rep"], one["why"]) for one in note.uncommon if one["why"]]
    if names:
        told = [(names.of_agent(one["agent_id"]), names.within(one["why"])) for one in note.uncommon if one["why"]]
    return ["Uncommon service\n" + "\n".join(f"  {who}: {why}" for who, why in told)] if told else []


def saves_in_words(saves: dict[str, int]) -> str:
    """Say what the day's saves mean: claimed ones are not sure yet, verified ones are."""
    days, kept, lost = saves["days"], max(saves["matured"], 0), max(saves["reversed"], 0)
    claimed = (
        f"{saves['claimed']} claimed: a claim counts once the partner's accounts show, {days} days on, who stayed."
    )
    if not kept and not lost:
        return f"{claimed} Those accounts settled no earlier ones on this day."
    were = "was" if kept == 1 else "were"
    return f"{claimed} Of earlier ones {kept or 'none'} {were} verified on this day, and {lost or 'none'} lost."
