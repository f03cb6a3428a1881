"""Background work of this module."""

from __future__ import annotations

import logging

from rapport.accounts.queries import programme_by_id, real_programmes
from rapport.jobs.actions import job, periodic
from rapport.kit.walls import inside

log = logging.getLogger("rapport.worker")


@periodic("prompts.learn_reasons_weekly", cron="37 1 * * 0")
def learn_reasons_weekly(timestamp: int) -> None:
    """Every week: have each programme's reasons learnt anew."""
    for programme in real_programmes():
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


@periodic("prompts.look_for_questions_daily", cron="23 2 * * *")
def look_for_questions_daily(timestamp: int) -> None:
    """Every night: look in each programme for what customers ask that nothing answers."""
    for programme in real_programmes():
        look_for_questions.defer(programme_id=programme.pk)


@job("prompts.look_for_questions", of_installation=True, retry=None)
def look_for_questions(programme_id: int) -> None:
    """Look for what a programme's customers ask that nothing answers; again replaces what was found."""
    from rapport.prompts import unanswered  # slow to load, for who needs it
    from rapport.prompts.text import vectors

    try:
        with inside(programme_id):
            unanswered.look(programme_by_id(programme_id))
    except ImportError as error:
        log.warning("the model of sentence vectors is missing (%s); no questions are looked for", error)
    finally:
        vectors.forget()
