"""The models of a programme's reasons: which there are, which is in use, and changing that."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound
from rapport.prompts.events import ReasonsChosen, ReasonsLearnt
from rapport.prompts.models import ReasonModel, ReasonsInUse

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.prompts.comparing import Figures

log = logging.getLogger("rapport.prompter")

EXAMPLES = 0  # the number that stands for names and examples alone
MOST_KEPT = 5  # models whose weights are kept, for rolling back


@dataclass(frozen=True, slots=True)
class InUse:
    """What tells reasons now: a model's number or 0 for examples alone; held: none takes its place by itself."""

    number: int = EXAMPLES
    is_held: bool = False
    since: datetime | None = None


def in_use(programme: Programme) -> InUse:
    """Return what tells the programme's reasons."""
    row = ReasonsInUse.objects.filter(programme=programme).values_list("model__number", "is_held", "since").first()
    return InUse(row[0] or EXAMPLES, row[1], row[2]) if row else InUse()


def models_of(programme: Programme, *, most: int = 50) -> list[ReasonModel]:
    """Return the programme's models, the newest first, without their weights."""
    rows = ReasonModel.objects.filter(programme=programme).defer("content")
    return list(rows.order_by("-number")[:most])


def numbers_kept(programme: Programme) -> set[int]:
    """Return the numbers of the models that can be used: their weights are kept."""
    rows = ReasonModel.objects.filter(programme=programme, content__isnull=False)
    return set(rows.values_list("number", flat=True))


def weights_of(programme: Programme, number: int) -> bytes | None:
    """Return a model's weights; None where there are none, or they are not what was put on file."""
    row = ReasonModel.objects.filter(programme=programme, number=number, content__isnull=False).first()
    if row is None or row.content is None:
        return None
    content = bytes(row.content)
    if sha256(content).hexdigest() != row.sha256:
        log.error("model %s of reasons of %s is not what was put on file; it is not used", number, programme.key)
        return None
    return content


def was_tried(programme: Programme, lessons: str, against: int) -> bool:
    """Say whether a model of these lessons was held against that one before."""
    return ReasonModel.objects.filter(programme=programme, lessons=lessons, against=against).exists()


@transaction.atomic
def keep(
    *,
    programme: Programme,
    lessons: str,
    learnt: int,
    measured: int,
    against: int,
    figures: Figures,
    content: bytes,
) -> ReasonModel | None:
    """Put a model on file, and in use where it is better than what is; None where it was done before.

    It takes no place where what was in use has changed since it was compared, or is held.
    """
    place = _lock(programme)
    if was_tried(programme, lessons, against):
        return None
    rows = ReasonModel.objects.filter(programme=programme)
    is_taken = figures.is_better and not place.is_held and _number(place) == against
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    model = ReasonModel.objects.create(
        programme=programme,
        number=number,
        made_at=clock.now(),
        lessons=lessons,
        learnt=learnt,
        measured=measured,
        against=against,
        is_better=figures.is_better,
        is_taken=is_taken,
        figures=asdict(figures),
        content=content if figures.is_better else None,
        sha256=sha256(content).hexdigest(),
    )
    if is_taken:
        _put(place, model, is_held=False)
    _let_go(place)
    told = ReasonsLearnt(number, learnt, measured, figures.is_better, is_taken)
    announce(told, programme=programme, subject=programme.public_id, actor="system")
    return model


@transaction.atomic
def choose(*, programme: Programme, number: int, is_held: bool, actor: str) -> None:
    """Have a model tell reasons (0: examples alone), and say whether a better one may take its place by itself."""
    place = _lock(programme)
    model = ReasonModel.objects.filter(programme=programme, number=number).defer("figures").first()
    if number != EXAMPLES and model is None:
        raise NotFound
    if model is not None and model.content is None:
        raise Conflict("The weights of this model are not kept any more. Choose a newer one.")
    if (_number(place), place.is_held) == (number, is_held):
        return
    _put(place, model, is_held=is_held)
    told = ReasonsChosen(number, is_held)
    announce(told, programme=programme, subject=programme.public_id, actor=actor)


def _lock(programme: Programme) -> ReasonsInUse:
    """Return what is in use, locked until the transaction ends."""
    new = ReasonsInUse(programme=programme, since=clock.now())
    ReasonsInUse.objects.bulk_create([new], ignore_conflicts=True)
    return ReasonsInUse.objects.select_for_update(of=("self",)).select_related("model").get(programme=programme)


def _number(place: ReasonsInUse) -> int:
    return place.model.number if place.model else EXAMPLES


def _put(place: ReasonsInUse, model: ReasonModel | None, *, is_held: bool) -> None:
    if place.model != model:
        place.since = clock.now()
    place.model, place.is_held = model, is_held
    place.save(update_fields=["model", "is_held", "since"])


def _let_go(place: ReasonsInUse) -> None:
    """Let the weights of old models go; those in use stay."""
    kept = ReasonModel.objects.filter(programme=place.programme, content__isnull=False)
    if place.model is not None:
        kept = kept.exclude(pk=place.model.pk)
    old = list(kept.order_by("-number").values_list("pk", flat=True)[MOST_KEPT:])
    ReasonModel.objects.filter(pk__in=old).update(content=None)
