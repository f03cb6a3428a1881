"""Programmes to practise in: each stands behind its own wall, for the people of another programme.

Facts, figures, samples and claims are a programme's, so nothing of a practice is in any of the other's. No
customer comes in by the portal, no program by token, no directory places people, and nobody there has a right to
reach outside. Who may enter the other programme at this moment, and was let in here, may enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.actions import lock_programme
from rapport.accounts.events import PlaceChanged, Placed
from rapport.accounts.models import Member, Programme, Team
from rapport.accounts.roles import PRACTISES_AS, Role
from rapport.events.actions import announce
from rapport.kit.errors import Conflict, Forbidden
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from rapport.accounts.models import User

LONGEST_KEY = 50


def practice_of(programme: Programme) -> Programme | None:
    """Return the programme in which this one's people practise; None where it has none yet."""
    return Programme.objects.select_related("practises_for").filter(practises_for=programme).first()


@transaction.atomic
def ensure_practice(*, programme: Programme) -> Programme:
    """Return the programme in which this one's people practise, made where missing, of the same partner."""
    if programme.is_practice:
        raise Conflict("This is where people practise already.")
    key = f"{programme.key[: LONGEST_KEY - len('-practice')]}-practice"
    if Programme.objects.filter(key=key).exclude(practises_for=programme).exists():
        raise Conflict(f"There is a programme {key!r} already, which is not for this one's practice.")
    made, _ = Programme.objects.get_or_create(
        practises_for=programme,
        defaults={
            "partner_id": programme.partner_id,
            "key": key,
            "name": f"{programme.name}: practice",
            "timezone": programme.timezone,
            "session_idle_minutes": programme.session_idle_minutes,
            "session_hours": programme.session_hours,
            "requires_second_factor": False,  # the other programme's rules of entry hold here too
        },
    )
    return made


@transaction.atomic
def enter(*, member: Member, practice: Programme) -> Member:
    """Return the member's own place where their programme practises, made or brought up to date where needed.

    Raises Forbidden for a role that neither takes contacts nor reads them.
    """
    role = PRACTISES_AS.get(Role(member.role))
    if practice.practises_for_id != member.programme_id:
        raise Conflict("People practise where their own programme does.")
    if role is None:
        raise Forbidden("Your role takes no contacts and reads none, so there is nothing to practise.")
    team = member.team.name if member.team else ""
    with inside(practice.pk):
        lock_programme(practice.pk)
        found = Member.objects.select_related("user", "team").filter(programme=practice, user=member.user).first()
        place = found or _placed(member, practice, role)
        _follow(place, role, team)
    place.programme = practice
    return place


def _placed(member: Member, practice: Programme, role: Role) -> Member:
    place = Member.objects.create(programme=practice, user=member.user, agent_id=member.agent_id, role=role.value)
    _tell(place, Placed(place.agent_id, place.role), member.user)
    return place


def _follow(place: Member, role: Role, team: str) -> None:
    """Bring role and team of the place up to date."""
    before = (place.role, place.team_id)
    place.role = role.value
    place.team = Team.objects.get_or_create(programme_id=place.programme_id, name=team)[0] if team else None
    if (place.role, place.team_id) != before:
        place.save(update_fields=["role", "team"])
        (role_was, team_was) = before
        told = PlaceChanged(place.agent_id, role_was, place.role, team_was, place.team_id, True, True)
        _tell(place, told, place.user)


def _tell(place: Member, happening: Placed | PlaceChanged, person: User) -> None:
    announce(happening, programme=place.programme, subject=person.public_id, actor=f"member:{place.pk}")
