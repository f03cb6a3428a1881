"""Background work of this module; each may run again and changes nothing then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.accounts.doors import one_by_one_in_each_real
from rapport.jobs.actions import periodic
from rapport.kit import clock
from rapport.learning.certification import actions, queries
from rapport.quality import selecting

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

LATELY = timedelta(days=2)


@periodic("certification.keep", "* * * * *")
def keep(timestamp: int) -> None:
    """Every minute: tell what ran out, end phases that are over, have contacts on the job scored."""
    one_by_one_in_each_real(actions.lapsed, actions.lapse)
    one_by_one_in_each_real(actions.over, actions.end_over)
    one_by_one_in_each_real(_unmonitored, lambda contact: selecting.monitor(contact=contact, actor="system"))


def _unmonitored(programme: Programme) -> list[Contact]:
    """Return the closed contacts of reps on the job, of lately, that are not among those to be scored."""
    found, lately = [], clock.now() - LATELY
    for phase in queries.phases_of(programme):
        phase.member.programme = programme
        found += selecting.unmonitored(phase.member, max(phase.begun_at, lately))
    return found
