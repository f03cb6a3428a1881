"""Reads of prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.contacts.queries import reason_names
from rapport.guides.library import queries as library
from rapport.guides.library.content import Article, Rebuttal
from rapport.kit.often import Given, Often
from rapport.prompts.models import Kind, Prompt

if TYPE_CHECKING:
    from rapport.contacts.models import Contact
    from rapport.guides.library.queries import Live
    from rapport.guides.queries import GuideView

MOST_HEARD = 3
STEPS = (Kind.NEXT, Kind.OFFER)
LIBRARY = (Kind.OBJECTION, Kind.REBUTTAL, Kind.ARTICLE)
STAYS_IN_QUIET = (Kind.SENSITIVE, Kind.COVERED)
TITLES = {
    Kind.LEAVING: "Thinks of leaving",
    Kind.COMPETITOR: "Names a competitor",
    Kind.DISTRESS: "Complains or is upset",
    Kind.PROMISE: "A promise",
    Kind.SENSITIVE: "A number that does not belong here",
}
WHY = {
    "alike": "Sounds like it",
    "said": "In their words",
    "answers": "Answers what they object to",
    "heard": "Heard in what you said",
    "objection": "They object: this step is for it",
    "here": "Where the guide stands",
    "required": "Required and still open",
    "onward": "Next in the guide",
    "moment": "What matters to them was heard: its moment has come",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A prompt as a page shows it; ``words`` are there to be said, ``sure`` is a percentage."""

    public_id: UUID
    kind: str
    about: str
    title: str
    words: str
    why: str
    sure: int


@dataclass(frozen=True, slots=True)
class Panel:
    """What a rep is prompted on a contact: what was heard, what answers it, and the next steps in order."""

    heard: tuple[Item, ...] = ()
    answers: tuple[Item, ...] = ()
    steps: tuple[Item, ...] = ()
    covered: tuple[Item, ...] = ()
    is_quiet: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        """All of it, in the order of the page."""
        return (*self.heard, *self.answers, *self.steps, *self.covered)


_open_ones = Often(
    lambda: Prompt.objects.filter(
        contact=Given("contact"), used_at__isnull=True, dismissed_at__isnull=True, expired_at__isnull=True
    ).order_by("-message", "rank", "pk")
)


def panel_of(contact: Contact, guide: GuideView | None) -> Panel:
    """Return the open prompts of a contact, as the guide stands for whoever looks."""
    is_quiet = guide is not None and guide.view.is_quiet
    told = _Told(contact, _open_ones(contact=contact.pk), guide)
    items = [item for row in told.rows if (item := told.item(row)) and (not is_quiet or told.is_needed(row))]

    def of(*kinds: str) -> list[Item]:
        return [one for one in items if one.kind in kinds]

    heard = of("sensitive", "distress", "leaving", "competitor", "reason", "objection", "promise")
    steps = sorted(of(*STEPS), key=lambda one: told.rank_of[one.public_id])
    answers = of("rebuttal", "article")
    return Panel(tuple(heard[:MOST_HEARD]), tuple(answers), tuple(steps), tuple(of("covered")[:2]), is_quiet)


class _Told:
    """Rows with what they point at, looked up once; what is not there any more is not told."""

    def __init__(self, contact: Contact, rows: Sequence[Prompt], guide: GuideView | None) -> None:
        self.rows, self.guide = rows, guide
        self.rank_of: Mapping[UUID, int] = {one.public_id: one.rank for one in rows}
        keys = [one.about for one in rows if one.kind in LIBRARY]
        found: list[Live] = library.live_among(contact.programme, keys, contact=contact) if keys else []
        self.live = {one.key: one.entry for one in found}
        has_reason = any(one.kind == Kind.REASON for one in rows)
        self.reasons = reason_names(contact.programme) if has_reason else {}

    def is_needed(self, row: Prompt) -> bool:
        """Say whether the prompt stays where prompts are quiet: what is required, and what is sensitive."""
        step = self.guide.view.of(row.about) if self.guide and row.kind in STEPS else None
        return row.kind in STAYS_IN_QUIET or (step is not None and step.is_open)

    def item(self, row: Prompt) -> Item | None:
        found = self._said(row)
        if found is None:
            return None
        title, words = found
        why, sure = WHY.get(row.because, ""), round(row.sureness * 100)
        return Item(row.public_id, row.kind, row.about, title, words, why, sure)

    def _said(self, row: Prompt) -> tuple[str, str] | None:
        """Return the title and the words of a prompt; None where it says nothing any more."""
        kind = Kind(row.kind)
        if kind in (*STEPS, Kind.COVERED):
            return self._step(row)
        if kind in LIBRARY:
            return self._entry(row.about)
        if kind == Kind.REASON:
            name = self.reasons.get(row.about)
            return (f"About: {name}", "") if name else None
        return TITLES[kind], row.words

    def _step(self, row: Prompt) -> tuple[str, str] | None:
        step = self.guide.view.of(row.about) if self.guide else None
        if step is None:
            return None
        if row.kind == Kind.COVERED:
            return (step.title, "") if step.is_done else None
        is_left = not step.is_done and step.skipped is None
        return (step.title, step.words) if is_left else None

    def _entry(self, key: str) -> tuple[str, str] | None:
        entry = self.live.get(key)
        if entry is None:
            return None
        return entry.heading, entry.text if isinstance(entry, Rebuttal | Article) else ""


def shown_on(contact: Contact) -> list[tuple[datetime, str]]:
    """Return when which kinds of prompts were shown on a contact, in words."""
    rows = Prompt.objects.filter(contact=contact, shown_at__isnull=False).order_by("shown_at", "pk")
    return [(one.shown_at, one.get_kind_display()) for one in rows if one.shown_at]
