"""What a plan of routing can say, part by part; the JSON Schema is made from it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, Part

Key = Annotated[str, StringConstraints(pattern=KEY)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Level = Annotated[int, Field(ge=1, le=5)]
Seconds = Annotated[int, Field(ge=1, le=7 * 24 * 3600)]
Minutes = Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Hours = Annotated[float, Field(ge=0, le=30 * 24, allow_inf_nan=False)]
UpToADay = Annotated[int, Field(ge=0, le=24 * 3600)]
Channel = Literal["chat", "voice", "email"]
Outcome = Literal[
    "first_contact_resolution", "resolution_by_customers", "resolution_by_reps", "satisfied_customers"
]


class CalendarRules(Part):
    """When a queue is open: hours by weekday, holidays, and days with hours of their own."""

    zone: str = Field("", description="IANA time zone; the programme's where none is given")
    hours: list[str] = Field(default=[], description='such as "mon-fri 08:00-12:00, 13:00-18:00"')
    holidays: dict[date, Words] = Field(default={}, description="closed days and their names")
    special: dict[date, str] = Field(default={}, description='days with other hours, such as "08:00-12:00"')


class Step(Part):
    """Who may serve: all of the skills, any of the teams, of the tiers, and of the people."""

    skills: dict[Key, Level] = Field(default={}, description="at this level (1 to 5) or higher, all of them")
    teams: list[str] = Field(default=[], description="any of these teams")
    tiers: list[str] = Field(default=[], description="any of these roles, such as senior_rep")
    people: list[str] = Field(default=[], description="any of these people, by agent id")
    anyone: bool = Field(default=False, description="whoever takes contacts of the programme")
    seconds: Seconds | None = Field(default=None, description="after which the next step counts too")
    skip_if_absent: bool = Field(
        default=False, description="the next step counts at once while nobody who meets this one is signed in"
    )


class Route(Part):
    """The steps of contacts for these reasons; without reasons, of all the others."""

    reasons: list[str] = []
    steps: list[Step] = Field(min_length=1, max_length=50)


class Wait(Part):
    """What a customer who waits is told and offered."""

    tells_position: bool = True
    tells_estimate: bool = True
    message: Words = ""
    call_back_after_seconds: Annotated[int, Field(ge=0, le=24 * 3600)] | None = Field(
        default=None, description="offer to call back, at the place in line, after so long"
    )


class Overflow(Part):
    """To which queue a contact goes that has waited so long."""

    after_seconds: Seconds = Field(description="of waiting in all, also in queues before this one")
    to: Key


class Closed(Part):
    """What a customer is told and offered outside the hours, or when the queue is full."""

    message: Words = Field(default="", description="outside the hours; when it opens again is told too")
    full: Words = Field(default="", description="when the queue is full")
    call_back: bool = Field(default=False, description="offer to call back when the queue is open again")


class QueueRules(Part):
    """A line of waiting contacts."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    channel: Channel = "chat"
    calendar: Key | None = Field(default=None, description="always open where none is named")
    answer_within_seconds: Seconds | None = Field(
        default=None, description="the service level counts who was answered within; the programme's where none"
    )
    answer_share: Share | None = Field(
        default=None, description="the share to be answered within that time; the programme's where none"
    )
    most_waiting: Annotated[int, Field(ge=1)] | None = Field(default=None, description="beyond which it is full")
    wait: Wait = Wait()
    closed: Closed = Closed()
    overflow: Overflow | None = None
    by_hand: bool = Field(
        default=False, description="contacts come only by reps and supervisors, who put them here"
    )
    routes: list[Route] = Field(min_length=1, max_length=200)


class Priority(Part):
    """Priority as minutes of waiting: granted minutes add up, to the ceiling at most.

    Whoever arrives more than the ceiling later cannot overtake: nobody starves.
    """

    ceiling_minutes: Minutes = 10
    segments: dict[str, Minutes] = {}
    reasons: dict[str, Minutes] = {}
    channels: dict[Channel, Minutes] = {}
    promise_due_minutes: Minutes = 0
    repeat_contact_minutes: Minutes = 0


class Personal(Part):
    """A customer's own rep comes first, then who stands in, then the queue. Who is off the floor is passed by."""

    patience_seconds: UpToADay = Field(default=0, description="for the own rep, busy or not; 0: no own reps")
    stand_in_seconds: UpToADay = Field(default=0, description="then for who stands in; 0: nobody does")
    most_customers: Annotated[int, Field(ge=1)] = Field(default=300, description="the size of a rep's book")


class Choice(Part):
    """Who of several who meet the same step, and the share assigned at random so that its effect is measured."""

    by: Literal["longest_idle", "least_occupied", "most_proficient", "best_outcome"] = "longest_idle"
    outcome: Outcome = Field(
        default="first_contact_resolution", description="what counts as a good outcome: the metric of this key"
    )
    random_share: Share = 0


class Capacity(Part):
    """How many contacts of a channel a rep has at once, and which channels may stand beside which."""

    limits: dict[Channel, Annotated[int, Field(ge=1, le=25)]] = {"chat": 1, "voice": 1, "email": 1}
    beside: dict[Channel, list[Channel]] = Field(
        default={}, description="a contact of this channel may come to a rep who has contacts of those"
    )
    during_wrap_up: bool = Field(
        default=False, description="a rep who wraps up a contact, which counts as one in hand, may get one more"
    )
    occupancy_ceiling: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="a rep busier than this over the past hour rests until the share has fallen"
    )


class Recontact(Part):
    """A contact so soon after the last one, for the same reason, goes on with it instead of beginning anew."""

    within_hours: Hours = 24
    reasons: dict[str, Hours] = Field(default={}, description="where a reason has a time of its own; 0: never")

    def within(self, reason: str | None) -> timedelta:
        """Return how soon after the last one a contact for this reason goes on with it."""
        return timedelta(hours=self.reasons.get(reason or "", self.within_hours))


class Patience(Part):
    """How long a contact is kept for who was named, before the queue's own rules count."""

    transfer_seconds: UpToADay = Field(default=120, description="for whom a rep handed it to")
    recontact_seconds: UpToADay = Field(default=60, description="for who had the customer about the same matter")
    call_back_seconds: UpToADay = Field(default=600, description="for who booked the call-back, even while away")


class Plan(Part):
    """All a manager says of routing."""

    skills: dict[Key, Words] = Field(default={}, description="the skills there are, and what they are called")
    calendars: dict[Key, CalendarRules] = {}
    queues: dict[Key, QueueRules] = Field(min_length=1, max_length=200)
    priority: Priority = Priority()
    personal: Personal = Personal()
    choice: Choice = Choice()
    capacity: Capacity = Capacity()
    recontact: Recontact = Recontact()
    patience: Patience = Patience()
