"""Background work of this module."""

from rapport.accounts.doors import one_by_one_in_each
from rapport.accounts.queries import programme_by_id
from rapport.contacts.queries import waiting_in
from rapport.customers.book_queries import kept_anew
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.routing import call_backs, presence, publishing, trials, upkeep


@job("routing.sign_off")
def sign_off(programme_id: int, event_id: int) -> None:
    """Take who signed out off the floor, unless they have been back since."""
    event = event_by_id(event_id)
    member_id = int(event.actor.removeprefix("member:"))
    upkeep.take_off_floor(member_id, silent_since=event.at, why="rep_signed_out")


@job("routing.clear_floor")
def clear_floor(programme_id: int, event_id: int) -> None:
    """Take who was shut out by a change off the floor; what they held goes back to its old place.

    Who stays may have another team, role or clearance now, so the router looks at them again.
    """
    event = event_by_id(event_id)
    programme = programme_by_id(programme_id)
    shut_out = event.subject if event.name == "person.shut_out" else None
    for member_id in upkeep.uncleared(programme, shut_out=shut_out):
        upkeep.release_uncleared(member_id)
    presence.look_again(programme, event.subject)


@job("routing.look_anew")
def look_anew(programme_id: int, event_id: int) -> None:
    """Have the router read those again who wait and for whom other people are asked first now."""
    event, programme = event_by_id(event_id), programme_by_id(programme_id)
    waiting = waiting_in(programme)
    changed = kept_anew(programme, (one.customer_id for one in waiting), at=event.at, person=event.subject)
    for contact in waiting:
        if contact.customer_id in changed:
            presence.wake_router(programme_id, contact=contact.pk)


@periodic("routing.clear_floors", cron="* * * * *")
def clear_floors(timestamp: int) -> None:
    """Take off the floor, every minute, whose clearance time has ended."""
    one_by_one_in_each(upkeep.uncleared, upkeep.release_uncleared)


@periodic("routing.publish_plans", cron="* * * * *")
def publish_plans(timestamp: int) -> None:
    """Bring into force, every minute, the plans of routing whose time has come."""
    one_by_one_in_each(publishing.due_plans, publishing.publish_due)


@periodic("routing.end_plan_trials", cron="* * * * *")
def end_plan_trials(timestamp: int) -> None:
    """End, every minute, the trials of plans whose time is up."""
    one_by_one_in_each(trials.due_to_end, trials.end_due)


@periodic("routing.put_call_backs_in_line", cron="* * * * *")
def put_call_backs_in_line(timestamp: int) -> None:
    """Put in line, every minute, the call-backs whose time has come."""
    one_by_one_in_each(call_backs.due_call_backs, call_backs.put_in_line)


@periodic("routing.close_what_was_forgotten", cron="17 * * * *")
def close_what_was_forgotten(timestamp: int) -> None:
    """Close, every hour, what nobody wrapped up and what no telephone system ended."""
    one_by_one_in_each(upkeep.forgotten_calls, upkeep.end_forgotten_call)
    one_by_one_in_each(upkeep.forgotten_wrap_ups, upkeep.close_forgotten_wrap_up)
