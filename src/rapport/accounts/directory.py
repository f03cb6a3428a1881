"""People who come from a partner's directory: module provisioning calls these, nobody else.

They sign in by the partner's sign-in service and have no password of ours. Whom the directory lets go is out at
once, a programme's last administrator too: to keep somebody in is worse than to have nobody, which is an alarm.
"""

from __future__ import annotations

from django.db import transaction

from rapport.accounts.actions import end_sessions, lock_programme, note_administrators_gone
from rapport.accounts.events import PlaceChanged, Placed
from rapport.accounts.models import Member, Partner, Programme, Team, User
from rapport.accounts.roles import Role
from rapport.events.actions import announce
from rapport.kit.errors import Conflict
from rapport.kit.ids import new_id
from rapport.live.closing import close


@transaction.atomic
def make_person(*, partner: Partner, called: str, name: str) -> User:
    """Return a new person, without a password; a username taken already is another person's."""
    username = f"{partner.key}:{called}"[:150]
    if User.objects.filter(username=username).exists():
        username = f"{username[:130]}~{new_id().hex[-12:]}"
    return User.objects.create_user(username, name=name)


def rename(*, user: User, name: str) -> None:
    """Call the person by another name."""
    User.objects.filter(pk=user.pk).exclude(name=name).update(name=name)


def has_place(*, programme: Programme, user: User) -> bool:
    """Say whether the person has a place on the programme now."""
    return Member.objects.filter(programme=programme, user=user, is_active=True).exists()


@transaction.atomic
def give_place(
    *, programme: Programme, user: User, agent_id: str, insist: bool, role: Role, team: str, actor: str
) -> tuple[Member, bool]:
    """Return the person's place with this role, and whether anything changed; open pages close when it did.

    Their agent id becomes ``agent_id`` if nobody else has it; who has it already keeps it. To ``insist`` on one
    that is taken is refused. An empty ``team`` leaves them in the one they are in.
    """
    is_taken = Member.objects.filter(programme=programme, agent_id=agent_id).exclude(user=user).exists()
    if is_taken and insist:
        raise Conflict("Somebody else on this programme has this employee number already.")
    kept = Team.objects.get_or_create(programme=programme, name=team)[0] if team else None
    lock_programme(programme.pk)
    found = Member.objects.select_for_update().filter(programme=programme, user=user).first()
    if found is None:
        agent_id = str(user.public_id) if is_taken else agent_id
        made = Member.objects.create(programme=programme, user=user, agent_id=agent_id, role=role.value, team=kept)
        announce(Placed(agent_id, role.value), programme=programme, subject=user.public_id, actor=actor)
        return made, True
    before = _state(found)
    found.role, found.is_active = role.value, True
    found.agent_id = found.agent_id if is_taken else agent_id
    found.team = kept or found.team
    is_changed = _state(found) != before
    if is_changed:
        found.save(update_fields=["role", "team", "agent_id", "is_active"])
        _tell(found, before, actor)
        close(person=user.pk)
    return found, is_changed


@transaction.atomic
def end_place(*, programme: Programme, user: User, actor: str) -> bool:
    """End the person's place on the programme, and their sessions and streams; returns whether they had one."""
    lock_programme(programme.pk)
    found = Member.objects.select_for_update().filter(programme=programme, user=user, is_active=True).first()
    if found is None:
        return False
    before = _state(found)
    found.is_active = False
    found.save(update_fields=["is_active"])
    _tell(found, before, actor)
    end_sessions(user)
    return True


State = tuple[str, int | None, bool, str]


def _state(member: Member) -> State:
    return member.role, member.team_id, member.is_active, member.agent_id


def _tell(member: Member, before: State, actor: str) -> None:
    role, team, was_active, _ = before
    happening = PlaceChanged(
        member.agent_id, role, member.role, team, member.team_id, was_active, member.is_active
    )
    announce(happening, programme=member.programme, subject=member.user.public_id, actor=actor)
    if role == Role.ADMINISTRATOR.value and was_active:
        note_administrators_gone(member.programme, actor=actor)
