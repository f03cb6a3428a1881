"""Sets the stage of the plan's journey: a programme of its own, a manager, and two reps of whom one knows more."""

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.kit.walls import inside
from rapport.routing.actions import set_proficiency

PASSWORD = "a journey of its own"


def main() -> None:
    programme, _ = accounts.ensure_programme(key="plan-only", name="Plan only", requires_second_factor=False)
    with inside(programme.pk):
        for key, name in (("fees", "Fees"), ("cancel", "Cancel my card")):
            contacts.ensure_reason(programme=programme, key=key, name=name)
        for who, role in (("planner", Role.MANAGER), ("plain", Role.REP), ("knower", Role.REP)):
            member = accounts.ensure_member(
                programme=programme,
                agent_id=who,
                name=who.capitalize(),
                role=role,
                username=who,
                password=PASSWORD,
            )
        set_proficiency(member=member, skill="retention", level=4)
