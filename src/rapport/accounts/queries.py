"""Reads of people and programmes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rapport.accounts.clearance import last_day
from rapport.accounts.events import PlaceChanged, ShutOut
from rapport.accounts.models import ApiToken, Member, Programme, Team, User
from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.events.queries import latest_by_subject
from rapport.kit.often import Given, Often

_by_key = Often(lambda: Programme.objects.filter(key=Given("key")))


def programme_keys() -> list[str]:
    """Return the keys of all programmes of this installation."""
    return list(Programme.objects.order_by("key").values_list("key", flat=True))


def programmes() -> list[Programme]:
    """Return all programmes, with their partners."""
    return list(Programme.objects.select_related("partner").order_by("key"))


def real_programmes() -> list[Programme]:
    """Return all programmes but those to practise in, with their partners."""
    return [one for one in programmes() if is_real(one)]


def is_real(programme: Programme) -> bool:
    """Say whether real customers are served, as against one to practise in."""
    return not programme.is_practice


def programme_by_key(key: str) -> Programme | None:
    """Return the programme, for commands and jobs that act for the installation."""
    return _by_key.first(key=key)


def programme_by_id(programme_id: int) -> Programme:
    """Return the programme, for jobs that were given its id."""
    return Programme.objects.get(pk=programme_id)


def place_of(user: User, programme: Programme) -> Member | None:
    """Return the person's place on the programme; None for who has none."""
    return (
        Member.objects.select_related("programme", "user")
        .filter(user=user, programme=programme, is_active=True)
        .first()
    )


def members_of(programme: Programme) -> list[Member]:
    """Return everyone with a place on the programme."""
    members = list(Member.objects.select_related("user", "team").filter(programme=programme).order_by("agent_id"))
    for member in members:
        member.programme = programme  # what it adjusts is read once for all
    return members


@dataclass(frozen=True, slots=True)
class Tenure:
    """How long somebody has had a place on a programme; ``ended`` is None for who still has it."""

    member: Member
    began: datetime
    ended: datetime | None


def tenures_with(programme: Programme, right: Right) -> list[Tenure]:
    """Return the tenures of everybody, gone or not, whose role has the right, as the event log tells their ends.

    Who came back has one tenure from the first day on. Who is gone with no end on record is left out.
    """
    ends = latest_by_subject(programme, PlaceChanged.name, telling={"was_active": True, "is_active": False})
    shut = latest_by_subject(programme, ShutOut.name)
    found = []
    for one in members_of(programme):
        if right not in RIGHTS[Role(one.role)]:
            continue
        who, ended = one.user.public_id, None
        if not (one.is_active and one.user.is_active):
            ended = ends.get(who) if not one.is_active else shut.get(who)
            if ended is None:
                continue
        found.append(Tenure(one, one.since, max(ended, one.since) if ended else None))
    return found


def members_with(programme: Programme, right: Right) -> list[Member]:
    """Return the programme's members whose role grants the right."""
    return [member for member in members_of(programme) if member.may(right)]


def member_by_agent_id(programme: Programme, agent_id: str) -> Member | None:
    """Return the member whom the partner's telephone system calls ``agent_id``."""
    return (
        Member.objects.select_related("user", "programme").filter(programme=programme, agent_id=agent_id).first()
    )


def is_taken(programme: Programme, *, username: str, agent_id: str) -> bool:
    """Say whether somebody signs in by this name, or is called so by the programme's telephone system."""
    return (
        User.objects.filter(username=username).exists()
        or Member.objects.filter(programme=programme, agent_id=agent_id).exists()
    )


def member_names(programme: Programme, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of members by id."""
    rows = Member.objects.filter(programme=programme, id__in=list(ids)).values_list("id", "user__name")
    return dict(rows)


def member_ids(programme: Programme, *, named: Collection[str] | None = None) -> dict[str, int]:
    """Return the ids of those who have a place on the programme now, by agent id (all, or of these agent ids)."""
    found = Member.objects.filter(programme=programme, is_active=True)
    if named is not None:
        found = found.filter(agent_id__in=named)
    return dict(found.values_list("agent_id", "id"))


def clearances_ending(programme: Programme, *, before: date) -> list[Member]:
    """Return who works on the programme by a screening or an agreement that ends until this day."""
    working = [one for one in members_of(programme) if one.is_active and one.user.is_active]
    return [one for one in working if (last := last_day(one)) and last <= before]


def teams_of(programme: Programme) -> list[Team]:
    """Return the programme's teams by name."""
    return list(Team.objects.filter(programme=programme).order_by("name"))


def tokens_of(programme: Programme) -> list[ApiToken]:
    """Return the programme's tokens, the newest first; their secrets are not kept."""
    return list(ApiToken.objects.filter(programme=programme).order_by("-created_at"))
