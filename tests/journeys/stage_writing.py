"""Sets the stage of the journey of writing a guide: a programme of its own, who writes, and who approves."""

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.kit.walls import inside

PASSWORD = "a journey of its own"


def main() -> None:
    programme, _ = accounts.ensure_programme(key="writing-only", name="Writing only", requires_second_factor=False)
    with inside(programme.pk):
        for key, name in (("fees", "Fees"), ("cancel", "Cancel my card")):
            contacts.ensure_reason(programme=programme, key=key, name=name)
        for who, role in (("author", Role.TRAINER), ("approver", Role.MANAGER)):
            accounts.ensure_member(
                programme=programme,
                agent_id=who,
                name=who.capitalize(),
                role=role,
                username=who,
                password=PASSWORD,
            )
