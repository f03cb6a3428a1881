"""Writes of leave risk: models put on file and in use, risks told, and what leaving is."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.risk.events import RiskLearnt, RiskRulesChanged, RiskScored
from rapport.risk.models import RiskDrift, RiskModel, RiskRules, RiskScore

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.risk.model import Model

log = logging.getLogger("rapport.worker")
BATCH = 2_000
LONGEST_NAME = 100
MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is kept of a model beside its weights."""

    lessons: str
    learnt: int
    measured: int
    as_of: datetime
    figures: dict[str, Any]
    is_good: bool


@transaction.atomic
def keep(*, programme: Programme, learnt: Learnt, content: bytes, against: RiskModel | None) -> RiskModel | None:
    """Put a model on file, and in use where it is good; None where the same was learnt before.

    It takes no place where what is in use is not what it was held against.
    """
    take_turns(Turn.RISK, programme.pk)
    rows = RiskModel.objects.filter(programme=programme)
    if rows.filter(lessons=learnt.lessons).exists():
        return None
    now_used = rows.filter(is_in_use=True).first()
    is_taken = learnt.is_good and (now_used.pk if now_used else None) == (against.pk if against else None)
    if is_taken:
        rows.filter(is_in_use=True).update(is_in_use=False, content=None)
    made = RiskModel.objects.create(
        programme=programme,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        made_at=clock.now(),
        learnt=learnt.learnt,
        measured=learnt.measured,
        as_of=learnt.as_of,
        lessons=learnt.lessons,
        is_taken=is_taken,
        is_in_use=is_taken,
        figures=learnt.figures,
        content=content if is_taken else None,
        sha256=sha256(content).hexdigest(),
    )
    told = RiskLearnt(made.number, learnt.learnt, learnt.measured, is_taken)
    announce(told, programme=programme, subject=programme.public_id, actor="system")
    return made


def weights_of(which: RiskModel) -> Model | None:
    """Return the model whose weights are on file; None where they are not what was put there."""
    from rapport.risk.model import unpacked  # slow to load, for who needs it

    content = bytes(which.content or b"")
    if sha256(content).hexdigest() != which.sha256:
        log.error("the weights of %s of risk are not what was put on file; they are not used", which)
        return None
    return unpacked(content)


@transaction.atomic
def put_scores(
    *,
    programme: Programme,
    which: RiskModel,
    at: datetime,
    scores: Mapping[int, tuple[float, Sequence[Mapping[str, Any]]]],
    drift: Mapping[str, float],
) -> None:
    """Keep the risks of these customers (ids) in place of all earlier ones, and how far they have moved."""
    take_turns(Turn.RISK, programme.pk)
    RiskScore.objects.filter(programme=programme).delete()
    RiskScore.objects.bulk_create(
        [
            RiskScore(
                programme=programme, customer_id=pk, model=which, score=risk, raising=list(why), scored_at=at
            )
            for pk, (risk, why) in scores.items()
        ],
        batch_size=BATCH,
    )
    moved = {name: round(index, 4) for name, index in drift.items()}
    RiskDrift.objects.create(programme=programme, model=which, at=at, customers=len(scores), by_feature=moved)
    told = RiskScored(which.number, len(scores))
    announce(told, programme=programme, subject=programme.public_id, actor="system")


@transaction.atomic
def change_rules(
    *, member: Member, attribute: str, values: Sequence[str], days: int, left_out: Sequence[str]
) -> RiskRules:
    """Say what leaving is, within how many days it is foretold, and what is not learnt from."""
    names = [attribute, *values, *left_out]
    if len(names) > MOST_NAMES or any(len(one) > LONGEST_NAME or "\x00" in one for one in names):
        raise Invalid(f"Name at most {MOST_NAMES} attributes and words, each under {LONGEST_NAME} characters.")
    if attribute and not values:
        raise Invalid("Say with which words the attribute tells that somebody left, such as yes.")
    if not 7 <= days <= 365:
        raise Invalid("Foretell leaving within 7 to 365 days.")
    told = {"attribute": attribute, "values": list(values), "days": days, "left_out": list(left_out)}
    rules, _ = RiskRules.objects.update_or_create(programme=member.programme, defaults=told)
    announce(
        RiskRulesChanged(attribute, days),
        programme=member.programme,
        subject=member.programme.public_id,
        actor=f"member:{member.pk}",
    )
    return rules
