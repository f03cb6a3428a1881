"""What this module announces.

The subject of all is the one-to-one, but of ``rhythm``, ``standing``, ``coaching``, ``sharing`` and
``duty`` events it is the programme.
"""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class RhythmSet:
    """A rep and their coach meet each week on this weekday, 1 (Monday) to 7, at this time of the programme."""

    name: ClassVar[str] = "rhythm.set"
    rep: Code
    coach: Code
    weekday: int
    at: Code
    minutes: int


@dataclass(frozen=True)
class RhythmEnded:
    """No more one-to-ones are planned by themselves for the rep."""

    name: ClassVar[str] = "rhythm.ended"
    rep: Code


@dataclass(frozen=True)
class OneToOnePlanned:
    """A one-to-one is planned, by a rhythm or by hand."""

    name: ClassVar[str] = "one_to_one.planned"
    rep: Code
    coach: Code
    planned_for: Code
    minutes: int
    by_rhythm: bool


@dataclass(frozen=True)
class OneToOneMoved:
    """It is at another time."""

    name: ClassVar[str] = "one_to_one.moved"
    rep: Code
    coach: Code
    was: Code
    planned_for: Code


@dataclass(frozen=True)
class OneToOneReminded:
    """Rep and coach are reminded: it is within a day."""

    name: ClassVar[str] = "one_to_one.reminded"
    rep: Code
    coach: Code
    planned_for: Code


@dataclass(frozen=True)
class OneToOneStarted:
    """It began."""

    name: ClassVar[str] = "one_to_one.started"
    rep: Code
    coach: Code


@dataclass(frozen=True)
class OneToOneEnded:
    """It ended, after so many seconds; ``by`` is coach, rep, or limit where nobody ended it."""

    name: ClassVar[str] = "one_to_one.ended"
    rep: Code
    coach: Code
    seconds: int
    by: Code
    method: Code
    actions: int


@dataclass(frozen=True)
class OneToOneMissed:
    """Its day passed without it, or somebody said that it did not take place."""

    name: ClassVar[str] = "one_to_one.missed"
    rep: Code
    coach: Code


@dataclass(frozen=True)
class OneToOneCancelled:
    """It will not take place."""

    name: ClassVar[str] = "one_to_one.cancelled"
    rep: Code
    coach: Code


@dataclass(frozen=True)
class ContactPicked:
    """The rep picked a contact for it, which both score unseen by the other."""

    name: ClassVar[str] = "one_to_one.picked"
    contact: Code
    scorecard: Code


@dataclass(frozen=True)
class ActionAgreed:
    """It ends in this action: a criterion, a target in per cent, and the day it is looked at."""

    name: ClassVar[str] = "one_to_one.agreed"
    action: Code
    rep: Code
    criterion: Code
    target: int
    review_on: Code


@dataclass(frozen=True)
class ActionSettled:
    """An agreed action was looked at: reached, not_reached or dropped."""

    name: ClassVar[str] = "one_to_one.settled"
    action: Code
    rep: Code
    outcome: Code


@dataclass(frozen=True)
class RolePlayKept:
    """A role play was kept, with how many rebuttals tried."""

    name: ClassVar[str] = "one_to_one.played"
    rebuttals: int


@dataclass(frozen=True)
class StandingCounted:
    """It was counted anew where each rep stands: of how many reps, in how many measures."""

    name: ClassVar[str] = "standing.counted"
    reps: int
    measures: int
    since: Code
    until: Code


@dataclass(frozen=True)
class EffectsCounted:
    """It was counted anew what coaching changed: in how many measures, and in how many a change was found."""

    name: ClassVar[str] = "coaching.effects_counted"
    measures: int
    found: int
    since: Code
    until: Code


@dataclass(frozen=True)
class SharingAgreed:
    """A rep agreed to be named to others in a measure, while among the best quarter."""

    name: ClassVar[str] = "sharing.agreed"
    rep: Code
    measure: Code


@dataclass(frozen=True)
class SharingTakenBack:
    """A rep is named in a measure no more; the contacts they shared in it are shared no more."""

    name: ClassVar[str] = "sharing.taken_back"
    rep: Code
    measure: Code


@dataclass(frozen=True)
class ContactShared:
    """A rep lets others read and hear a contact of theirs."""

    name: ClassVar[str] = "sharing.contact_shared"
    rep: Code
    measure: Code
    contact: Code


@dataclass(frozen=True)
class ContactTakenBack:
    """A rep lets others read and hear a contact no more."""

    name: ClassVar[str] = "sharing.contact_taken_back"
    rep: Code
    measure: Code
    contact: Code


@dataclass(frozen=True)
class DutyBegan:
    """A supervisor said that they are on duty."""

    name: ClassVar[str] = "duty.began"
    coach: Code


@dataclass(frozen=True)
class DutyEnded:
    """A supervisor is on duty no more, after so many seconds; ``by`` is coach, or limit where nobody ended it."""

    name: ClassVar[str] = "duty.ended"
    coach: Code
    seconds: int
    by: Code
