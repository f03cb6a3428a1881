"""Learning a programme's risk through time, measuring it on what came later, and telling everybody's risk.

What is learnt from ends before what it is measured on begins: with 60 days to foretell, a model learns from
customers as they were 120, 180 and 240 days ago and who left in the 60 days after each; it is measured on
customers as they were 60 days ago. It is used where it tells more than the simplest rule, and no less than what is
in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.accounts.queries import programme_by_id
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.numeric.discrimination import area_difference
from rapport.risk import model, plain
from rapport.risk.keeping import Learnt, keep, put_scores, weights_of
from rapport.risk.knowing import Lesson, Past, together
from rapport.risk.measures import measure
from rapport.risk.queries import model_in_use, rules_of
from rapport.risk.table import table_of

if TYPE_CHECKING:
    from rapport.risk.models import RiskModel
    from rapport.risk.table import Floats


LESSONS = (2, 3, 4)  # so many times the days to foretell ago


@dataclass(frozen=True, slots=True)
class Compared:
    """What was learnt, how good it and the others are on the same customers, and whether it is to be used."""

    model: model.Model
    figures: dict[str, Any]
    is_good: bool


def learn(programme_id: int) -> RiskModel | None:
    """Learn and measure a model, and put it in use where it is good enough. Computes outside the database.

    Returns None where there was nothing new. Raises Invalid where too few left to learn or to measure.
    """
    with inside(programme_id):
        programme = programme_by_id(programme_id)
        rules, now = rules_of(programme), clock.now()
        past, days = Past(programme, rules, now), timedelta(days=rules.days)
        learnt = together([past.lesson(now - times * days) for times in LESSONS])
        aside = past.lesson(now - days)
        in_use = model_in_use(programme)
        before = weights_of(in_use) if in_use else None
    digest = _digest(now, rules.days, learnt, aside)
    compared = compare(learnt, aside, before)
    kept = Learnt(digest, len(learnt.left), len(aside.left), now - days, compared.figures, compared.is_good)
    with inside(programme_id):
        return keep(programme=programme, learnt=kept, content=compared.model.packed(), against=in_use)


def compare(learnt: Lesson, aside: Lesson, before: model.Model | None) -> Compared:
    """Train on the one lesson and measure on the other: the model, the plainer ways, and the one in use before."""
    made = model.train(learnt.table, learnt.left).standing_by(aside.table)
    left = np.array(learnt.left)
    rule = plain.simplest_rule(learnt.table, left, list(made.features))
    risks: dict[str, Floats] = {
        "model": made.risks(aside.table),
        "line": plain.linear_risks(learnt.table, left, aside.table),
        "rule": rule.risks(aside.table),
    }
    if before is not None:
        risks["before"] = before.risks(aside.table)
    found = {name: measure(aside.left, one) for name, one in risks.items()}
    is_good = _tells_more(aside, risks["model"], risks["rule"]) > 0 and (
        before is None or _tells_more(aside, risks["model"], risks["before"]) >= 0
    )
    figures: dict[str, Any] = {name: one.told() for name, one in found.items()}
    figures["rule_asks"] = rule.feature.name if rule.feature else ""
    figures["raises"] = _raises(made, aside)
    return Compared(made, figures, is_good)


def score(programme_id: int) -> int:
    """Tell the risk of every customer by the model in use; return how many have one."""
    with inside(programme_id):
        programme = programme_by_id(programme_id)
        in_use = model_in_use(programme)
        if in_use is None or (using := weights_of(in_use)) is None:
            return 0
        now = clock.now()
        records = Past(programme, rules_of(programme), now).records(now)
    table, customers = table_of(list(records.values())), list(records)
    if not customers:
        return 0
    risks, raising = using.risks(table), using.raising(table)
    drift = using.drift(table)
    with inside(programme_id):
        put_scores(
            programme=programme,
            which=in_use,
            at=now,
            scores={
                pk: (round(float(risk), 4), [_told(one) for one in why])
                for pk, risk, why in zip(customers, risks, raising, strict=True)
            },
            drift=drift,
        )
    return len(customers)


def _told(one: model.Raising) -> dict[str, Any]:
    return {"feature": one.feature, "usual": one.usual, "then": round(one.then, 4)}


def _tells_more(aside: Lesson, first: Floats, second: Floats) -> float:
    return area_difference(aside.left, first, second).value


def _raises(made: model.Model, aside: Lesson) -> list[dict[str, Any]]:
    """Return what raises the risk of the tenth likeliest to leave, and of what share of them it is the first."""
    risks = made.risks(aside.table)
    top = np.argsort(-risks, kind="stable")[: max(1, len(risks) // 10)].tolist()
    first = [why[0].feature for why in made.raising(aside.table.only(top)) if why]
    names = sorted(set(first), key=lambda name: (-first.count(name), name))
    return [{"feature": name, "share": first.count(name) / len(top)} for name in names[:10]]


def _digest(now: datetime, days: int, learnt: Lesson, aside: Lesson) -> str:
    told = f"{now:%Y-%m-%d} {days} {sum(learnt.left)}/{len(learnt.left)} {sum(aside.left)}/{len(aside.left)}"
    return sha256(told.encode()).hexdigest()
