"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.routing import jobs

SHUTS_OUT = (
    "person.place_changed",
    "person.clearance_changed",
    "person.right_changed",
    "person.shut_out",
    "role.adjusted",
    "programme.rules_changed",
)
CHANGE_BOOKS = ("books.changed", "book.stand_ins_changed", "book.handed_over", "book.hand_over_ended")


def register() -> None:
    """Take people off the floor when they sign out or may not be there any more; look anew when books change."""
    subscribe("person.signed_out", jobs.sign_off)
    for name in SHUTS_OUT:
        subscribe(name, jobs.clear_floor)
    for name in CHANGE_BOOKS:
        subscribe(name, jobs.look_anew)
