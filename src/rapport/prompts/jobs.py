"""Background work of this module."""

from __future__ import annotations

import logging

from rapport.accounts.queries import programme_by_id, programmes
from rapport.jobs.actions import job, periodic
from rapport.kit.walls import inside

log = logging.getLogger("rapport.worker")


@periodic("prompts.learn_reasons_weekly", cron="37 1 * * 0")
def learn_reasons_weekly(timestamp: int) -> None:
    """Every week: have each programme's reasons learnt anew."""
    for programme in programmes():
        learn_reasons.defer(programme_id=programme.pk)


@job("prompts.learn_reasons", of_installation=True, retry=None)
def learn_reasons(programme_id: int) -> None:
    """Learn a programme's reasons; a second time, with nothing new to learn from, changes nothing."""
    from rapport.prompts import learning  # slow to load, for who needs it
    from rapport.prompts.text import vectors

    try:
        from rapport.prompts.by_meaning import ByMeaning

        by = ByMeaning()
    except (ImportError, OSError) as error:
        log.warning("the model of sentence vectors is missing (%s); reasons are not learnt", error)
        return
    with inside(programme_id):
        programme = programme_by_id(programme_id)
    try:
        learning.learn(programme, by=by)
    finally:
        vectors.forget()
