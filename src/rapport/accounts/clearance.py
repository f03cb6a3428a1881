"""Clearance: what a person must meet, beyond a role, to enter a programme. Pure functions of rows and a moment.

The conditions are the programme's rules: screening passed and not run out, agreements signed in the version asked
for, a second factor, an allowed network, allowed hours. Networks and hours may be narrowed for one person: then
both the programme's and the person's must hold. What cannot be read counts as not met.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rapport.kit.errors import Forbidden, Invalid
from rapport.kit.hours import DAYS, Calendar, read_stretch, read_week
from rapport.kit.network import within

if TYPE_CHECKING:
    from rapport.accounts.models import Member

A_WEEK = timedelta(days=7)
SECOND_FACTOR_PAGE = "/account/2fa/"
Hours = Mapping[str, Iterable[str]]


class Condition(StrEnum):
    """What a programme may ask of who enters."""

    SCREENING = "screening"
    AGREEMENT = "agreement"
    SECOND_FACTOR = "second_factor"
    NETWORK = "network"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Lapse:
    """A condition that is not met: in words, who can mend it, and where."""

    condition: Condition
    words: str
    mend: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a person comes to a door: from which address, and whether they have a second factor."""

    address: str
    has_second_factor: bool


class NotCleared(Forbidden):
    """A member of the programme does not meet its conditions now."""

    code = "clearance_lapsed"
    title = "Your clearance for this programme has lapsed"

    def __init__(self, lapses: list[Lapse]) -> None:
        super().__init__(" ".join(lapse.words for lapse in lapses))
        self.lapses = lapses
        self.steps = tuple((lapse.mend, lapse.link) for lapse in lapses)


def lapses(member: Member, *, now: datetime, arrival: Arrival) -> list[Lapse]:
    """Return every condition of the programme that the member does not meet, arriving so at this moment.

    The break-glass account meets all: its use is an alarm, and it is for the day when conditions cannot be met.
    """
    if member.user.is_emergency:
        return []
    programme = member.programme
    found = [*_screening(member, now), *_agreements(member, now)]
    if programme.requires_second_factor and not arrival.has_second_factor:
        found.append(
            Lapse(
                Condition.SECOND_FACTOR,
                "This programme asks for a second factor at sign-in, and you have none.",
                "Set one up yourself, then sign in with it.",
                SECOND_FACTOR_PAGE,
            )
        )
    if not all(
        _is_within(arrival.address, each) for each in (programme.allowed_networks, member.allowed_networks)
    ):
        found.append(
            Lapse(
                Condition.NETWORK,
                f"You may not work from where you are: {arrival.address or 'an unknown address'}.",
                "Go on from an allowed network, or ask the programme's administrator to allow this one.",
            )
        )
    if None in [open_until(hours, now, programme.zone) for hours in _schedules(member)]:
        found.append(
            Lapse(
                Condition.HOURS,
                "It is outside the hours in which you may work here.",
                "Come back within them, or ask the programme's administrator to change them.",
            )
        )
    return found


def standing(member: Member, *, now: datetime) -> list[Lapse]:
    """Return the lapses that do not depend on how the member arrives: for lists of people, jobs and the router."""
    anywhere = lapses(member, now=now, arrival=Arrival("", has_second_factor=True))
    return [lapse for lapse in anywhere if lapse.condition != Condition.NETWORK]


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is on file of a member's screening and agreements, in words, and what does not hold."""

    screening: str
    agreements: list[str]
    lapses: list[str]


def on_file(member: Member, now: datetime) -> OnFile:
    """Return what is on file of the member's clearance, whether the programme asks for it or not."""
    screening = f"Background screening: {member.get_screening_display()}"
    if member.screening == "passed" and member.screened_until:
        screening += f", until {member.screened_until:%-d %B %Y}"
    agreements = []
    for name, signed in sorted(member.agreements.items()):
        on, last = date.fromisoformat(signed), _held_until(member, name)
        agreements.append(f"Signed “{name}” on {on:%-d %B %Y}{f', until {last:%-d %B %Y}' if last else ''}.")
    found = [one.words for one in standing(member, now=now) if one.condition != Condition.HOURS]
    return OnFile(f"{screening}.", agreements, found)


def until(member: Member, now: datetime) -> datetime | None:
    """Return the moment at which time alone will close the door to a member who is cleared now; None for never."""
    zone = member.programme.zone
    ends = [open_until(hours, now, zone) for hours in _schedules(member)]
    if last := last_day(member):
        ends.append(datetime.combine(last + timedelta(days=1), time(), zone))
    return min((end for end in ends if end is not None), default=None)


def last_day(member: Member) -> date | None:
    """Return the last day on which what is on file of the member still holds; None where nothing of it ends."""
    ends = [_held_until(member, name) for name in member.programme.required_agreements]
    if member.programme.requires_screening:
        ends.append(member.screened_until)
    return min((end for end in ends if end is not None), default=None)


def _held_until(member: Member, agreement: str) -> date | None:
    """Return the last day of an agreement that was signed; None where it was not, or holds for good."""
    signed, days = member.agreements.get(agreement), member.programme.agreements_hold_days
    return date.fromisoformat(signed) + timedelta(days=days) if signed and days else None


def _screening(member: Member, now: datetime) -> Iterator[Lapse]:
    if not member.programme.requires_screening:
        return
    ask = "Ask the programme's administrator, who records the result of your screening."
    if member.screening != "passed":
        yield Lapse(Condition.SCREENING, "Your background screening has not been passed.", ask)
    elif member.screened_until and now.astimezone(member.programme.zone).date() > member.screened_until:
        yield Lapse(
            Condition.SCREENING, f"Your background screening ran out on {member.screened_until:%-d %B %Y}.", ask
        )


def _agreements(member: Member, now: datetime) -> Iterator[Lapse]:
    today = now.astimezone(member.programme.zone).date()
    for name in member.programme.required_agreements:
        last = _held_until(member, name)
        if not member.agreements.get(name):
            words = f"You have not signed the agreement “{name}”."
        elif last is not None and today > last:
            words = f"The agreement “{name}” that you signed ran out on {last:%-d %B %Y}."
        else:
            continue
        yield Lapse(Condition.AGREEMENT, words, "Sign it with the programme's administrator, who records it.")


def _schedules(member: Member) -> list[Hours]:
    return [hours for hours in (member.programme.allowed_hours, member.allowed_hours) if hours]


def _is_within(address: str, networks: list[str]) -> bool:
    """Say whether an address is in one of the networks; with no network named, any is."""
    if not networks:
        return True
    try:
        return within(address, tuple(networks))
    except ValueError:
        return False


def open_until(hours: Hours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the stretch of hours that the moment lies in ends; None when it lies in none.

    Stretches that touch, as over midnight, are one; hours without an end are told a week ahead.
    """
    week = {day: tuple(map(read_stretch, texts)) for day, texts in hours.items()}
    begins, ends = next(Calendar(zone, week).openings(now, now + A_WEEK), (None, None))
    return ends if begins is not None and begins <= now else None


def read_networks(text: str) -> list[str]:
    """Return the networks written one a line or with commas; Invalid for one that is none."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            found.append(str(ipaddress.ip_network(word)))
        except ValueError:
            raise Invalid(f"{word!r} is no network; write it as 10.20.0.0/16, or one address.") from None
    return found


def read_hours(text: str) -> dict[str, list[str]]:
    """Return the hours written one day a line, as :func:`rapport.kit.hours.read_week` reads them."""
    return {day: list(map(str, stretches)) for day, stretches in read_week(text.splitlines()).items()}


def write_hours(hours: Hours) -> str:
    """Return hours as :func:`read_hours` reads them."""
    return "\n".join(f"{day} {', '.join(hours[day])}" for day in DAYS if day in hours)
