"""Which words of a trial are for a contact: drawn once, kept, put in the place of those in force, and shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rapport.contacts.queries import unit_of
from rapport.events.actions import announce
from rapport.guides.definition.rules import Guide
from rapport.guides.events import WordsTried
from rapport.guides.trials.models import WordsShown, WordsTrial
from rapport.kit import clock
from rapport.kit.drawing import arm_of
from rapport.kit.often import Among, Given, Often

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

Drawn = Mapping[str, Mapping[str, Any]]
"""By step: the ``trial``'s row, which ``variant`` was drawn, and its ``words`` where it is not the control."""


def on_now(programme: Programme | Given, *, at: datetime | Given | None = None) -> QuerySet[WordsTrial]:
    """Return the trials that are on, or were at an instant."""
    now = at or clock.now()
    return WordsTrial.objects.filter(
        programme=programme, ended_at__isnull=True, starts_at__lte=now, ends_at__gt=now
    )


_on_now = Often(
    lambda: on_now(Given("programme"), at=Given("now")).filter(Among("entry__key", "keys")).select_related("entry")
)


def drawn_for(contact: Contact, guide_id: int) -> dict[str, dict[str, Any]]:
    """Return what the contact is drawn for in a guide, as it is kept with its run."""
    return {
        one.step: _kept(one, variant_for(one, contact)) for one in on_now(contact.programme).filter(guide=guide_id)
    }


def variant_for(trial: WordsTrial, contact: Contact) -> int:
    """Return the place of the words that the contact's customer is drawn for; 0: those in force."""
    return arm_of(trial.key, unit_of(contact), trial.share, trial.others)


def _kept(trial: WordsTrial, variant: int) -> dict[str, Any]:
    words = {"words": trial.words[variant]} if variant else {}
    return {"trial": trial.pk, "variant": variant, **words}


def worded(guide: Guide, drawn: Drawn) -> Guide:
    """Return the guide with the words that were drawn in the place of its own."""
    words = {step: one["words"] for step, one in drawn.items() if "words" in one and step in guide.by_key}
    return reworded(guide, words) if words else guide


def reworded(guide: Guide, words: Mapping[str, str]) -> Guide:
    """Return the guide with these words at these steps."""
    steps = [
        step.model_copy(update={"words": words[step.key]}) if step.key in words else step for step in guide.steps
    ]
    parts = {name: getattr(guide, name) for name in Guide.model_fields}
    return Guide.model_construct(guide.model_fields_set, **{**parts, "steps": steps})  # nothing cached comes along


def words_of_entries(contact: Contact, keys: Collection[str]) -> dict[str, str]:
    """Return the words that the contact is drawn for, by the key of the entry, but for those in force."""
    found = {}
    trials = _of_entries(contact, keys)
    shown = _shown(contact, trials)
    for one in trials:
        variant = shown.get(one.pk, variant_for(one, contact) if one.pk not in shown else 0)
        if variant and one.entry is not None:
            found[one.entry.key] = one.words[variant]
    return found


def _shown(contact: Contact, trials: Collection[WordsTrial]) -> dict[int, int]:
    """Return what was shown on the contact before: that stays, even if its customer was learnt since."""
    if not trials:
        return {}
    rows = WordsShown.objects.filter(contact=contact, trial__in=[one.pk for one in trials])
    return dict(rows.values_list("trial", "variant"))


def note_steps(contact: Contact, drawn: Drawn, steps: Iterable[str], *, actor: str) -> None:
    """Note that the words of these steps were before whoever has the contact; each once."""
    meant = {drawn[step]["trial"]: drawn[step]["variant"] for step in steps if step in drawn}
    if meant:
        rows = on_now(contact.programme).filter(pk__in=meant)
        _note(contact, [(one, meant[one.pk]) for one in rows], actor)


def note_entries(contact: Contact, keys: Collection[str], *, actor: str) -> None:
    """Note that the words of these entries of the library were before whoever has the contact; each once."""
    _note(contact, [(one, variant_for(one, contact)) for one in _of_entries(contact, keys)], actor)


def _of_entries(contact: Contact, keys: Collection[str]) -> list[WordsTrial]:
    """Return the trials of the words of these entries that are on."""
    return _on_now(programme=contact.programme_id, now=clock.now(), keys=list(keys)) if keys else []


def _note(contact: Contact, found: list[tuple[WordsTrial, int]], actor: str) -> None:
    for trial, variant in found:
        _, is_new = WordsShown.objects.get_or_create(
            trial=trial,
            contact=contact,
            defaults={"programme_id": contact.programme_id, "variant": variant, "shown_at": clock.now()},
        )
        if is_new:
            told = WordsTried(trial=trial.number, variant=variant)
            announce(told, programme=contact.programme, subject=contact.public_id, actor=actor)
