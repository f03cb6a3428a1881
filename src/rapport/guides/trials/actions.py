"""Writes of words on trial: proposed, begun by a second person, ended with a winner or without.

What a trial needs is looked at under the turns of guides and of the library, so nothing is published meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from rapport.events.actions import Happening, announce
from rapport.guides import publishing
from rapport.guides.definition.checks import faults_of
from rapport.guides.definition.reading import GUIDE
from rapport.guides.events import WordsProposed, WordsTrialBegun, WordsTrialEnded
from rapport.guides.library import actions as library
from rapport.guides.library.content import LONGEST_ANSWER, Rebuttal, entry_of
from rapport.guides.library.models import Kind, LibraryEntry
from rapport.guides.library.queries import live_versions
from rapport.guides.models import GuideVersion
from rapport.guides.trials.drawing import reworded
from rapport.guides.trials.models import WordsTrial
from rapport.guides.trials.queries import trial_by_number, words_in_force
from rapport.guides.versions import guide_by_key, read_version, version_in_force
from rapport.kit import clock
from rapport.kit.documents import plain_text
from rapport.kit.drawing import new_key
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.rewriting import rewrite
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MOST_OTHERS = 4
LEAST_SHARE = 0.01
LEAST_CONTROL = 0.1
LONGEST_DAYS = 184
LONGEST_WORDS = 2000
MOST_UNITS = 100_000_000
Result = WordsTrial.Result


@dataclass(frozen=True, slots=True)
class About:
    """What the words are of: a step of a guide, or an entry of the library, by their keys."""

    guide: str = ""
    step: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is settled before it begins: the share of customers for each of the others, for how long, what decides.

    ``least`` is the smallest difference in the ``metric`` that is worth having, in its unit; ``units_needed`` how
    many customers it takes to see that.
    """

    share: float
    days: int
    metric: str
    least: float
    units_needed: int


@transaction.atomic
def propose(
    *, programme: Programme, about: About, others: Sequence[str], terms: Terms, by: Member, actor: str
) -> WordsTrial:
    """Put other words on file for a trial, for a second person to begin it."""
    _take_turns(programme)
    trial = WordsTrial(programme=programme, made_by=by, made_at=clock.now(), step=about.step, key=new_key())
    if about.entry:
        trial.entry = LibraryEntry.objects.filter(programme=programme, key=about.entry, kind=Kind.REBUTTAL).first()
        if trial.entry is None:
            raise Invalid("Only the words of a rebuttal, or of a step, can be put on trial.")
    else:
        trial.guide = guide_by_key(programme, about.guide)
    control = words_in_force(trial)
    if control is None:
        raise Conflict(
            "These words are not in force, so there is nothing to try others beside. Publish them first."
        )
    trial.words = [control, *_sound(trial, control, others)]
    _settle(trial, terms)
    last = WordsTrial.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    trial.number = last + 1
    _put_on_file(trial)
    _tell(trial, WordsProposed(trial=trial.number, **_about(trial)), actor)
    return trial


@transaction.atomic
def begin(*, programme: Programme, number: int, by: Member, actor: str) -> WordsTrial:
    """Begin a trial that somebody else proposed; one that is on already stays so."""
    _take_turns(programme)
    trial = trial_by_number(programme, number)
    if trial.state == "on":
        return trial
    if trial.ended_at is not None:
        raise Conflict("This trial is over. Propose the words again.")
    if by.pk == trial.made_by_id:
        raise Conflict("Somebody else has to begin it: you wrote these words.")
    if words_in_force(trial) != trial.words[0]:
        raise Conflict("The words in force were changed since. Drop this trial and propose it again.")
    _require_not_planned(trial)
    trial.begun_by, trial.starts_at = by, clock.now()
    trial.ends_at = trial.starts_at + timedelta(days=trial.days)
    trial.save(update_fields=["begun_by", "starts_at", "ends_at"])
    begun = WordsTrialBegun(
        trial=number,
        **_about(trial),
        others=trial.others,
        share=trial.share,
        key=trial.key,
        ends_at=trial.ends_at.isoformat(),
        metric=trial.metric,
        least=trial.least,
        units_needed=trial.units_needed,
    )
    _tell(trial, begun, actor)
    return trial


@transaction.atomic
def drop(*, programme: Programme, number: int, by: Member, actor: str) -> WordsTrial:
    """Take back a proposal; Conflict for a trial that has begun."""
    _take_turns(programme)
    trial = trial_by_number(programme, number)
    if trial.state == "on":
        raise Conflict("It has begun. End it instead.")
    if trial.ended_at is None:
        _end(trial, Result.DROPPED, None, by, actor)
    return trial


@transaction.atomic
def end(*, programme: Programme, number: int, winner: int, by: Member, actor: str) -> WordsTrial:
    """End a trial: the words at this place come into force for all; at 0 those in force stay.

    Whoever has other words published approves them, so it is not the one who wrote them.
    """
    _take_turns(programme)
    trial = trial_by_number(programme, number)
    if not 0 <= winner < len(trial.words):
        raise Invalid("Choose which words everybody goes by.")
    if trial.starts_at is None:
        raise Conflict("This trial has not begun.")
    if trial.ended_at is not None:
        if trial.winner == winner:
            return trial
        raise Conflict("This trial has ended already. Propose the words again to try them further.")
    if winner and by.pk == trial.made_by_id:
        raise Conflict("Somebody else has to publish them: you wrote these words.")
    _end(trial, Result.PUBLISHED if winner else Result.KEPT, winner, by, actor)
    if winner and trial.entry is not None:
        _publish_entry(trial, trial.entry, trial.words[winner], by, actor)
    elif winner:
        _publish_step(trial, trial.words[winner], by, actor)
    return trial


def due_to_end(programme: Programme) -> list[tuple[Programme, int]]:
    """Return the trials whose time is up."""
    due = WordsTrial.objects.filter(programme=programme, ended_at__isnull=True, ends_at__lte=clock.now())
    return [(programme, number) for number in due.values_list("number", flat=True)]


@transaction.atomic
def end_due(due: tuple[Programme, int]) -> bool:
    """End a trial whose time is up; the words in force stay. Says whether it was still on."""
    programme, number = due
    _take_turns(programme)
    trial = trial_by_number(programme, number)
    if trial.ended_at is not None or trial.ends_at is None or trial.ends_at > clock.now():
        return False
    _end(trial, Result.TIME_UP, 0, None, "system")
    return True


def _take_turns(programme: Programme) -> None:
    take_turns(Turn.GUIDES, programme.pk)
    take_turns(Turn.LIBRARY, programme.pk)


def _sound(trial: WordsTrial, control: str, others: Sequence[str]) -> list[str]:
    """Return the other words as they are kept; Invalid for what cannot be tried."""
    told = [plain_text(one).strip() for one in others]
    told = [one for one in told if one]
    if not 1 <= len(told) <= MOST_OTHERS:
        raise Invalid(f"Write one to {MOST_OTHERS} other ways to say it.")
    if len({control, *told}) <= len(told):
        raise Invalid("Two of them say the same. Let each say it in a way of its own.")
    longest = LONGEST_ANSWER if trial.entry else LONGEST_WORDS
    if any(len(one) > longest for one in told):
        raise Invalid(f"Keep each of them under {longest} characters.")
    if trial.guide is not None:
        _require_guide_sound(trial, told)
    return told


def _require_guide_sound(trial: WordsTrial, others: Sequence[str]) -> None:
    version = version_in_force(trial.guide) if trial.guide else None
    guide = read_version(version) if version else None
    for number, words in enumerate(others, start=1):
        faults = faults_of(reworded(guide, {trial.step: words})) if guide else []
        if faults:
            raise Invalid(f"Words {number}: {faults[0].words}")


def _settle(trial: WordsTrial, terms: Terms) -> None:
    if not (terms.share >= LEAST_SHARE and 1 - trial.others * terms.share >= LEAST_CONTROL - 1e-9):
        raise Invalid("Let each of them have at least 1 % of customers, and leave 10 % for the words in force.")
    if not 0 < terms.least < float("inf") or not terms.units_needed > 0:
        raise Invalid("Say which difference is worth having, more than nothing.")
    if terms.units_needed > MOST_UNITS:
        raise Invalid("To see so small a difference takes more customers than there are. Say a larger one.")
    if not 1 <= terms.days <= LONGEST_DAYS:
        raise Invalid(f"Let it last 1 to {LONGEST_DAYS} days.")
    trial.share, trial.days, trial.metric = terms.share, terms.days, terms.metric
    trial.least, trial.units_needed = terms.least, terms.units_needed


def _put_on_file(trial: WordsTrial) -> None:
    try:
        with transaction.atomic():
            trial.save(force_insert=True)
    except IntegrityError as error:
        open_one = WordsTrial.objects.filter(
            programme=trial.programme, guide=trial.guide_id, step=trial.step, entry=trial.entry_id
        ).filter(ended_at__isnull=True)
        if (found := open_one.first()) is None:
            raise
        raise Conflict(f"These words are on trial {found.number} already. End that first.") from error


def _require_not_planned(trial: WordsTrial) -> None:
    """Raise Conflict where other words are to come into force while it is on."""
    if trial.entry is not None:
        if trial.entry.versions.filter(live_from__gt=clock.now()).exists():
            raise Conflict("Another version of this rebuttal is to be live. Call it off first.")
        return
    planned = GuideVersion.objects.filter(guide=trial.guide_id, starts_at__gt=clock.now()).select_related("guide")
    for version in planned.defer("text"):
        step = read_version(version).by_key.get(trial.step)
        if step is None or step.words != trial.words[0]:
            raise Conflict(f"Version {version.number} is to be published, with other words. Call it off first.")


def _end(trial: WordsTrial, result: Result, winner: int | None, by: Member | None, actor: str) -> None:
    trial.ended_at, trial.ended_by, trial.result, trial.winner = clock.now(), by, result, winner
    trial.save(update_fields=["ended_at", "ended_by", "result", "winner"])
    _tell(trial, WordsTrialEnded(trial=trial.number, result=str(result), winner=winner), actor)


def _publish_step(trial: WordsTrial, words: str, by: Member, actor: str) -> None:
    """Have the next version of the guide say these words at the step, and be in force."""
    version = version_in_force(trial.guide) if trial.guide else None
    assert trial.guide is not None and version is not None  # what was in force when it began stays so
    content = GUIDE.parse(version.text)
    for step in content["steps"]:
        if step["key"] == trial.step:
            step["words"] = words
    made = publishing.save_draft(
        programme=trial.programme,
        text=rewrite(version.text, content),
        key=trial.guide.key,
        note=_note(trial),
        by=trial.made_by,
        actor=actor,
    )
    same: dict[str, Any] = {
        "programme": trial.programme,
        "key": trial.guide.key,
        "number": made.number,
        "actor": actor,
    }
    publishing.submit(by=trial.made_by, **same)
    publishing.approve(by=by, **same)
    publishing.publish(by=by, instead_of=version.number, **same)


def _publish_entry(trial: WordsTrial, entry: LibraryEntry, words: str, by: Member, actor: str) -> None:
    """Have the next version of the rebuttal say these words, and be live."""
    live = live_versions(trial.programme).filter(entry=entry).get()
    content = entry_of(entry.kind, live.content)
    assert isinstance(content, Rebuttal)
    newest = entry.versions.order_by("-number").values_list("number", flat=True)[0]
    library.save_draft(
        programme=trial.programme,
        kind=entry.kind,
        key=entry.key,
        content=content.model_copy(update={"words": words}),
        instead_of=newest,
        note=_note(trial),
        by=trial.made_by,
        actor=actor,
    )
    number = entry.versions.order_by("-number").values_list("number", flat=True)[0]
    library.submit(entry=entry, number=number, actor=actor)
    library.approve(entry=entry, number=number, by=by, actor=actor)
    library.publish(entry=entry, number=number, actor=actor)


def _note(trial: WordsTrial) -> str:
    return f"Words that won trial {trial.number}"


def _about(trial: WordsTrial) -> dict[str, str]:
    return {
        "guide": trial.guide.key if trial.guide else "",
        "step": trial.step,
        "entry": trial.entry.key if trial.entry else "",
    }


def _tell(trial: WordsTrial, happening: Happening, actor: str) -> None:
    programme = trial.programme
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
