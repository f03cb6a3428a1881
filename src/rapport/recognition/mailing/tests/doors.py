"""What the addresses of Rally Notes by e-mail need: an address of the partner's, and a link that names nobody."""

from typing import Any

from django.core import signing

from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.recognition.mailing.letters import SALT
from rapport.recognition.mailing.models import Recipient


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    now = clock.now()
    theirs = Recipient.objects.create(
        programme=world.programme,
        address="them@partner.example",
        set_by=world.supervisor,
        set_at=now,
        confirmed_at=now,
    )
    token = signing.dumps([world.programme.key, str(new_id())], salt=SALT)
    return {
        "rally-mail-partner-remove": {"recipient": theirs.public_id},
        "rally-mail-no-more": {"token": token},
    }
