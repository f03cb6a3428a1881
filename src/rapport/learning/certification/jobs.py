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
    """Every minute: tell what ran out, have contacts on the job scored, end phases that are over."""
    one_by_one_in_each_real(actions.lapsed, actions.lapse)
    one_by_one_in_each_real(_unmonitored, lambda contact: selecting.monitor(contact=contact, actor="system"))
    one_by_one_in_each_real(actions.over, actions.end_over)


def _unmonitored(programme: Programme) -> list[Contact]:
    """Return the contacts on the job, closed lately, that are not among those to be scored."""
    lately = clock.now() - LATELY
    return [
        contact
        for rep, start, end in queries.monitored(programme)
        for contact in selecting.unmonitored(rep, max(start, lately), end)
    ]
