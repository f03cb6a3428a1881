"""What the customers' addresses need: a request to cancel, and a certificate."""

from typing import Any

from rapport.conftest import World
from rapport.offers.leaving import actions, asking


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    asked = asking.ask(programme=world.programme, email="walked@example.org", number="", words="")
    done = actions.cancel(
        customer=world.customer, holding="", contact=None, channel="portal", origin="portal", by="customer",
        actor="customer",
    )  # fmt: skip
    certificate = {"certificate_id": done.public_id}
    return {
        "portal-cancel-asked": {"request_id": asked.public_id},
        "portal-certificate": certificate,
        "portal-certificate-pdf": certificate,
    }
