"""Background work of this module."""

from __future__ import annotations

import logging

from rapport.accounts.queries import real_programmes
from rapport.jobs.actions import job, periodic
from rapport.kit.errors import Invalid

log = logging.getLogger("rapport.worker")


@periodic("risk.learn_weekly", cron="13 3 * * 0")
def learn_weekly(timestamp: int) -> None:
    """Every week: have each programme's risk learnt anew."""
    for programme in real_programmes():
        learn.defer(programme_id=programme.pk)


@job("risk.learn", of_installation=True, retry=None)
def learn(programme_id: int) -> None:
    """Learn a programme's risk and tell everybody's; a second time, with nothing new, only tells."""
    from rapport.risk import learning  # slow to load, for who needs it

    try:
        learning.learn(programme_id)
    except Invalid as too_few:
        log.info("no risk is learnt for programme %s: %s", programme_id, too_few)
    learning.score(programme_id)


@periodic("risk.score_daily", cron="43 3 * * 1-6")
def score_daily(timestamp: int) -> None:
    """Every other night: tell the risks by the model in use."""
    for programme in real_programmes():
        score.defer(programme_id=programme.pk)


@job("risk.score", of_installation=True, retry=None)
def score(programme_id: int) -> None:
    """Tell the risk of a programme's customers; again replaces what was told."""
    from rapport.risk import learning  # slow to load, for who needs it

    learning.score(programme_id)
