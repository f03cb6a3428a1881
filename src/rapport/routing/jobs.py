"""Background work of this module."""

from rapport.accounts.doors import one_by_one_in_each
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.routing import upkeep


@job("routing.sign_off")
def sign_off(programme_id: int, event_id: int) -> None:
    """Take who signed out off the floor, unless they have been back since."""
    event = event_by_id(event_id)
    member_id = int(event.actor.removeprefix("member:"))
    upkeep.take_off_floor(member_id, silent_since=event.at, why="rep_signed_out")


@periodic("routing.close_what_was_forgotten", cron="17 * * * *")
def close_what_was_forgotten(timestamp: int) -> None:
    """Close, every hour, what nobody wrapped up and what no telephone system ended."""
    one_by_one_in_each(upkeep.forgotten_calls, upkeep.end_forgotten_call)
    one_by_one_in_each(upkeep.forgotten_wrap_ups, upkeep.close_forgotten_wrap_up)
