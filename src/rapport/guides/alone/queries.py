"""Reads of customers who go through a guide alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rapport.guides.alone import steps
from rapport.guides.definition.rules import END
from rapport.guides.engine import Run
from rapport.guides.models import Alone, Progress
from rapport.guides.queries import run_of, state_of
from rapport.guides.versions import read_version

if TYPE_CHECKING:
    from rapport.contacts.models import Contact


@dataclass(frozen=True)
class Going:
    """A customer alone in a guide: how far, and what is shown."""

    contact: Contact
    alone: Alone
    progress: Progress
    run: Run

    @property
    def name(self) -> str:
        """What the guide is called."""
        return self.run.guide.name

    @property
    def is_withdrawn(self) -> bool:
        """Say whether the guide serves nobody any more, so that a person has to go on."""
        return self.alone.version.guide.retired_at is not None or not self.run.guide.self_service

    @property
    def has_moved(self) -> bool:
        """Say whether the partner's system brought it to the end, or to a step with nothing to show."""
        return self.run.current == END or steps.begin(self.run) is not self.run.state

    @cached_property
    def shown(self) -> steps.Shown:
        """The step at hand."""
        found = steps.shown(self.run, is_withdrawn=self.is_withdrawn)
        assert found is not None, "who came to the end is not alone any more"
        return found

    @cached_property
    def lines(self) -> list[steps.Line]:
        """What was shown and answered before the step at hand."""
        return [one for one in steps.lines(self.run) if one.at is not None]


def going_of(contact: Contact, *, lock: bool = False) -> Going | None:
    """Return the customer's way through a guide alone; None where they are not, or not any more."""
    rows = Alone.objects.select_related("version__guide").defer("version__text").filter(contact=contact)
    if lock:
        rows = rows.select_for_update(of=("self",))
    alone = rows.filter(outcome="").first()
    if alone is None:
        return None
    progresses = Progress.objects.select_for_update(of=("self",)) if lock else Progress.objects.all()
    progress = progresses.get(contact=contact)
    run = run_of(contact, read_version(alone.version), state_of(progress))
    return Going(contact, alone, progress, run)


def is_alone(contact: Contact) -> bool:
    """Say whether its customer goes through a guide alone just now."""
    return contact.state == "arrived" and Alone.objects.filter(contact=contact, outcome="").exists()


def story_of(contact: Contact) -> list[steps.Line] | None:
    """Return what was shown and answered to who was alone to the end, or left; None for other contacts."""
    alone = Alone.objects.select_related("version").defer("version__text").filter(contact=contact).first()
    progress = Progress.objects.filter(contact=contact).first()
    if alone is None or progress is None or alone.outcome == Alone.Outcome.PERSON:
        return None
    return list(steps.lines(run_of(contact, read_version(alone.version), state_of(progress))))
