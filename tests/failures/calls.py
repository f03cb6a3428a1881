"""Calls to deliver recordings of, and who uploads videos: run as a child, with the installation's environment.

Prints a token to deliver with.
"""

import sys
from datetime import timedelta

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.kit.walls import inside


def main() -> None:
    programme, _ = accounts.ensure_programme(key="cards", requires_second_factor=False)
    with inside(programme.pk):
        rep, since = accounts.ensure_member(programme=programme, agent_id="rep"), clock.now() - timedelta(hours=1)
        accounts.ensure_member(
            programme=programme, agent_id="lead", role=Role.SUPERVISOR, username="lead", password="kept in a video"
        )  # fmt: skip
        for number in range(int(sys.argv[2])):
            Contact.objects.create(
                programme=programme, external_id=f"call:{number}", channel="voice", state="closed", rep=rep,
                arrived_at=since, answered_at=since, ended_at=since, closed_at=since,
            )  # fmt: skip
        print(accounts.issue_token(programme=programme, name="pbx", rights=[Right.DELIVER_RECORDINGS]))


if __name__ == "__main__":
    main()
