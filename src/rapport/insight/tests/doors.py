"""What the reports' addresses need: a save claimed this month, and something that a team sold."""

from typing import Any
from uuid import uuid4

from rapport.conftest import World
from rapport.customers.sales.actions import tell_sales
from rapport.customers.sales.records import SaleRecord
from rapport.kit import clock
from rapport.ledger.actions import Save, claim
from rapport.ledger.listing import Wanted, page


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    today = clock.now().astimezone(world.programme.zone).date()
    sold = SaleRecord(1, "S-9", world.customer.key, "card", today, seller="dana", team="shops")
    tell_sales(programme=world.programme, records=[sold], actor="test")
    kept = Save(attempt=uuid4(), customer=world.customer.pk, rep=world.rep.pk, made_at=clock.now())
    claim(programme=world.programme, saves=[kept], actor="test")
    [made] = page(world.supervisor, Wanted())
    month = {"month": f"{today:%Y-%m}"}
    return {
        "metric": {"key": "service_level"},
        "claim": {"claim_id": made.public_id},
        **dict.fromkeys(("statement", "statement-csv", "statement-pdf"), month),
    }
