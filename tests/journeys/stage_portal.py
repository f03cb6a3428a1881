"""Sets the stage of the customers' journeys: a programme of their own, on which nobody works."""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.kit.walls import inside


def main() -> None:
    programme, _ = accounts.ensure_programme(key="portal-only", name="Portal only")
    with inside(programme.pk):
        for key, name in (("cancel", "Cancel my card"), ("fee", "A fee")):
            contacts.ensure_reason(programme=programme, key=key, name=name)
