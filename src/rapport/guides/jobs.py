"""Background work of this module; the worker looks for it here."""

from rapport.accounts.doors import one_by_one_in_each
from rapport.guides.alone.jobs import leave_the_idle
from rapport.guides.library.jobs import tell_overdue
from rapport.guides.trials import actions as trials
from rapport.jobs.actions import periodic

__all__ = ["end_words_trials", "leave_the_idle", "tell_overdue"]


@periodic("guides.end_words_trials", cron="* * * * *")
def end_words_trials(timestamp: int) -> None:
    """End, every minute, the trials of words whose time is up."""
    one_by_one_in_each(trials.due_to_end, trials.end_due)
