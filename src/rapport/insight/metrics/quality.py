"""How well contacts were handled, as analysts and supervisors judged those that were drawn at random."""

from __future__ import annotations

from rapport.insight.declaring import Metric, contacts_where, total

EVERY = contacts_where("evaluation_id IS NOT NULL")
OF_RANDOM = "Counted over contacts drawn at random; those chosen for a reason are in no figure."


def _accuracy(whose: str, what: str) -> Metric:
    return Metric(
        f"{whose}_critical_accuracy",
        f"Without {whose}-critical error",
        f"The share of contacts scored in which nothing was done that is critical for {what}. {OF_RANDOM}",
        "share",
        "ratio",
        "evaluation",
        contacts_where(f"NOT {whose}_error"),
        EVERY,
        better="up",
    )


METRICS = (
    Metric(
        "quality_score",
        "Quality score",
        f"The mean score of contacts scored, from 0 to 1. {OF_RANDOM} A second opinion takes the place of the "
        "evaluation it was asked on.",
        "share",
        "mean",
        "evaluation",
        total("score", "evaluation_id IS NOT NULL"),
        EVERY,
        better="up",
    ),
    Metric(
        "quality_passed",
        "Contacts that passed",
        f"The share of contacts scored that reached what their scorecard asks, without a fatal error. {OF_RANDOM}",
        "share",
        "ratio",
        "evaluation",
        contacts_where("passed"),
        EVERY,
        better="up",
    ),
    _accuracy("customer", "the customer"),
    _accuracy("business", "the business"),
    _accuracy("compliance", "law and rules"),
    Metric(
        "criterion_score",
        "Score by criterion",
        f"The mean score of the questions of scorecards, from 0 to 1, where they applied. {OF_RANDOM}",
        "share",
        "mean",
        "criterion",
        total("score", "answer_id IS NOT NULL"),
        contacts_where("answer_id IS NOT NULL"),
        better="up",
    ),
)
