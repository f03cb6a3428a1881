"""What the feeds' addresses need: a contract, and a delivery that broke it."""

import tempfile
from pathlib import Path
from typing import Any

from rapport.conftest import World
from rapport.feeds import actions

TERMS = 'every_hours = 24\n[columns]\nNumber = { type = "text", required = true }\n'


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    actions.write_contract(programme=world.programme, feed="customers", text=TERMS, actor="test")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        path.write_text("Name\nx\n")
        broken = actions.receive(programme=world.programme, feed="customers", path=path, actor="test")
    feed = {"feed": "customers"}
    return {
        "feed": feed,
        "feed-contract": feed,
        "feed-decide": feed,
        "feed-accept": {"delivery": broken.public_id},
    }
