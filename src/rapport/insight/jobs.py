"""Background work of this module."""

from rapport.accounts.doors import in_each_real_programme
from rapport.accounts.queries import programme_by_id
from rapport.insight.scores import score_reps
from rapport.jobs.actions import job, periodic


@periodic("insight.score_all", cron="40 2 * * *")
def score_all(timestamp: int) -> None:
    """Count anew, every night, what outcome to expect of whom."""
    in_each_real_programme(score_reps)


@job("insight.score")
def score(programme_id: int, event_id: int) -> None:
    """Count what a plan that was published chooses by."""
    score_reps(programme_by_id(programme_id))
