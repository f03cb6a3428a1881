"""People who come from a partner's directory: module provisioning calls these, nobody else.

They sign in by the partner's sign-in service and have no password of ours.
"""

from __future__ import annotations

from django.db import transaction

from rapport.accounts.models import Member, Partner, Programme, User
from rapport.accounts.roles import Role
from rapport.kit.errors import Conflict
from rapport.kit.ids import new_id


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


def place_of(*, programme: Programme, user: User) -> Member | None:
    """Return the person's place on the programme, ended or not."""
    return Member.objects.select_related("user", "programme").filter(programme=programme, user=user).first()


@transaction.atomic
def give_place(
    *, programme: Programme, user: User, agent_id: str, insist: bool, role: Role
) -> tuple[Member, bool]:
    """Return the person's place with this role, and whether anything changed.

    Their agent id becomes ``agent_id`` if nobody else has it; who has it already keeps it. To ``insist`` on one
    that is taken is refused.
    """
    is_taken = Member.objects.filter(programme=programme, agent_id=agent_id).exclude(user=user).exists()
    if is_taken and insist:
        raise Conflict("Somebody else on this programme has this employee number already.")
    found = Member.objects.select_for_update().filter(programme=programme, user=user).first()
    if found is None:
        agent_id = str(user.public_id) if is_taken else agent_id
        return Member.objects.create(programme=programme, user=user, agent_id=agent_id, role=role.value), True
    wanted = (role.value, found.agent_id if is_taken else agent_id, True)
    if (found.role, found.agent_id, found.is_active) == wanted:
        return found, False
    found.role, found.agent_id, found.is_active = wanted
    found.save(update_fields=["role", "agent_id", "is_active"])
    return found, True


def end_place(*, programme: Programme, user: User) -> bool:
    """End the person's place on the programme; returns whether they had one."""
    return bool(Member.objects.filter(programme=programme, user=user, is_active=True).update(is_active=False))
