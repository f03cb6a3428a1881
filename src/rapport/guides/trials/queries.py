"""Reads of words on trial."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rapport.guides.library.queries import live_versions
from rapport.guides.trials.models import WordsTrial
from rapport.guides.versions import read_version, version_in_force
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.guides.models import Guide

NEWEST = 50


def trials_of(programme: Programme, *, limit: int = NEWEST) -> list[WordsTrial]:
    """Return the trials: those to be decided on and those that are on first, then the newest of the others."""
    open_ones = list(_trials(programme).filter(ended_at__isnull=True).order_by("-number"))
    return [*open_ones, *_trials(programme).filter(ended_at__isnull=False).order_by("-number")[:limit]]


def trial_by_number(programme: Programme, number: int) -> WordsTrial:
    """Return one trial; NotFound where there is none."""
    found = _trials(programme).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no trial {number}.")
    return found


def open_trials(guide: Guide) -> dict[str, WordsTrial]:
    """Return the trials of a guide's steps that are proposed or on, by the key of the step."""
    return {one.step: one for one in _trials(guide.programme).filter(guide=guide, ended_at__isnull=True)}


def open_trial_of_entry(programme: Programme, key: str) -> WordsTrial | None:
    """Return the trial of an entry's words that is proposed or on."""
    return _trials(programme).filter(entry__key=key, ended_at__isnull=True).first()


def words_won(programme: Programme, since: datetime, until: datetime) -> list[WordsTrial]:
    """Return the trials that ended then with words that came into force, the first to end first."""
    rows = _trials(programme).filter(result=WordsTrial.Result.PUBLISHED, ended_at__gte=since, ended_at__lt=until)
    return list(rows.order_by("ended_at", "pk"))


def name_of(trial: WordsTrial) -> str:
    """Return what the words on trial are of, as people call it."""
    if trial.guide is None:
        return f"rebuttal {trial.entry.key}" if trial.entry else ""
    version = version_in_force(trial.guide)
    step = read_version(version).by_key.get(trial.step) if version else None
    return f"{trial.guide.name}: {step.title if step else trial.step}"


def words_in_force(trial: WordsTrial) -> str | None:
    """Return the words that count now for what is on trial; None where nothing is in force."""
    if trial.guide is not None:
        version = version_in_force(trial.guide)
        step = read_version(version).by_key.get(trial.step) if version else None
        return step.words if step else None
    live = live_versions(trial.programme).filter(entry=trial.entry_id).first()
    return live.content["words"] if live else None


def _trials(programme: Programme) -> QuerySet[WordsTrial]:
    people = ("made_by__user", "begun_by__user", "ended_by__user")
    return WordsTrial.objects.select_related("programme", "guide", "entry", *people).filter(programme=programme)
