"""Background work of how work is; it may run again and changes nothing then."""

from rapport.accounts.doors import in_each_programme, in_each_real_programme
from rapport.jobs.actions import periodic
from rapport.recognition.staff import actions, staying


@periodic("staff.forget_shared", "23 4 * * *")
def forget_shared(timestamp: int) -> None:
    """Every night: delete what people shared and is over."""
    in_each_programme(lambda programme: actions.forget_shared(programme=programme))


@periodic("staff.count_strains", "31 4 * * *")
def count_strains(timestamp: int) -> None:
    """Every night: count of how many each sign stood out, where the fortnight's is not counted yet."""
    in_each_real_programme(lambda programme: staying.count_strains(programme=programme))
