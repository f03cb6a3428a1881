"""Our own chores, by the clock."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from rapport.jobs import actions

KEEP_FAILED_HOURS = 24 * 30


@actions.periodic("jobs.retry_stalled", "* * * * *")
async def retry_stalled(timestamp: int) -> None:
    """Every minute: do again what a dead worker left unfinished."""
    await actions.retry_stalled()


@actions.periodic("jobs.forget_old", "17 3 * * *")
async def forget_old(timestamp: int) -> None:
    """Every night: forget what ended long ago."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


@actions.periodic("jobs.forget_sessions", "41 3 * * *")
def forget_sessions(timestamp: int) -> None:
    """Every night: forget sign-ins that have run out."""
    call_command("clearsessions")
