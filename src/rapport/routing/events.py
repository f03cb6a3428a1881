"""What this module announces."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ContactOffered:
    """The router chose a rep for a contact."""

    name: ClassVar[str] = "contact.offered"
    offer: Code
    rep: Code


@dataclass(frozen=True)
class OfferEnded:
    """An offer was accepted, missed, declined or withdrawn; ``why`` says what for, where somebody said so."""

    name: ClassVar[str] = "contact.offer_ended"
    offer: Code
    rep: Code
    result: Code
    why: Code | None


@dataclass(frozen=True)
class CallBackBooked:
    """A call-back was booked for then, to one rep or (null) anyone; the subject is the contact it is about."""

    name: ClassVar[str] = "call_back.booked"
    call_back: Code
    due_at: Code
    rep: Code | None


@dataclass(frozen=True)
class CallBackDue:
    """A call-back stands in line; ``contact`` is the contact that does."""

    name: ClassVar[str] = "call_back.due"
    call_back: Code
    contact: Code


@dataclass(frozen=True)
class CallBackNotReached:
    """The customer was not reached; tried again then (null: given up)."""

    name: ClassVar[str] = "call_back.not_reached"
    call_back: Code
    tries: int
    again_at: Code | None


@dataclass(frozen=True)
class CallBackEnded:
    """A call-back is done: reached or called_off."""

    name: ClassVar[str] = "call_back.ended"
    call_back: Code
    state: Code


@dataclass(frozen=True)
class PresenceChanged:
    """A rep does something else now; ``rep`` is the agent id."""

    name: ClassVar[str] = "presence.changed"
    rep: Code
    before: Code
    doing: Code


@dataclass(frozen=True)
class PlanSaved:
    """A version of the plan of routing was put on file; the subject is the programme."""

    name: ClassVar[str] = "plan.saved"
    version: int


@dataclass(frozen=True)
class PlanPlanned:
    """A version of the plan is to be in force from then on (null: called off); the subject is the programme."""

    name: ClassVar[str] = "plan.planned"
    version: int
    starts_at: Code | None


@dataclass(frozen=True)
class PlanPublished:
    """A version of the plan of routing is in force, in place of another; the subject is the programme."""

    name: ClassVar[str] = "plan.published"
    version: int
    replaces: int | None


@dataclass(frozen=True)
class PlanTrialBegun:
    """A version is tried beside the one in force on a share of contacts; the subject is the programme.

    ``key`` is what customers are drawn by, ``metric`` what decides, ``least`` the difference worth having.
    """

    name: ClassVar[str] = "plan.trial_begun"
    trial: int
    version: int
    beside: int
    share: float
    key: Code
    starts_at: Code
    ends_at: Code
    metric: Code
    least: float
    units_needed: int


@dataclass(frozen=True)
class PlanTrialEnded:
    """A trial has ended: published, kept (the plan in force), or time_up; the subject is the programme."""

    name: ClassVar[str] = "plan.trial_ended"
    trial: int
    version: int
    result: Code


@dataclass(frozen=True)
class SkillChanged:
    """How well a person knows a skill was put on file, level 0: not at all; the subject is the person."""

    name: ClassVar[str] = "skill.changed"
    rep: Code
    skill: Code
    level: int


@dataclass(frozen=True)
class ContactTurnedAway:
    """A customer was told that the queue is closed or full (``why``); the subject is the programme."""

    name: ClassVar[str] = "queue.turned_away"
    queue: Code
    why: Code


@dataclass(frozen=True)
class OutcomesExpected:
    """It was counted anew what outcome to expect of whom; the subject is the programme."""

    name: ClassVar[str] = "outcomes.expected"
    metric: Code
    first_day: Code
    last_day: Code
    outcomes: int


@dataclass(frozen=True)
class PermitRuleChanged:
    """Contacts of this skill (empty: all) ask for the permit now, or do not; the subject is the programme."""

    name: ClassVar[str] = "permit.rule_changed"
    permit: Code
    skill: Code
    refuses: bool


@dataclass(frozen=True)
class PermitGiven:
    """A rep has what contacts ask for, until then; the subject is the person."""

    name: ClassVar[str] = "permit.given"
    rep: Code
    permit: Code
    until: Code


@dataclass(frozen=True)
class PermitEnded:
    """A rep has it no more; the subject is the person."""

    name: ClassVar[str] = "permit.ended"
    rep: Code
    permit: Code
