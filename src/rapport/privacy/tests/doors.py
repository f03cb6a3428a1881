"""What the addresses of personal data need: a customer, a request and a package."""

from typing import Any

from rapport.conftest import World
from rapport.privacy import packages


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    customer = world.customer.public_id
    package = packages.ask(programme=world.programme, customer_id=customer, actor="test").public_id
    named = ("get_customer", "restrict", "release", "lift", "ask_package")
    return {
        "privacy-customer": {"customer_id": customer},
        "privacy-act": {"customer_id": customer, "step": "restrict"},
        "privacy-take": {"package_id": package},
        **{name: {"customer": customer} for name in named},
        "find": {"body": {"told": "C-1"}},
        "open_request": {"body": {"customer": str(customer), "kind": "access"}},
        "close_request": {"asked": package, "body": {"done": True}},
        "hold": {"customer": customer, "body": {"why": "A dispute"}},
        "erase": {"customer": customer, "body": {"confirmed": "C-1"}},
        "get_package": {"package": package},
        "take_package": {"package": package},
    }
