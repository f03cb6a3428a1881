"""Stock and budget: held while an offer is on the table, used once it is accepted, let go otherwise.

Each is one row and every change of it one statement that says how much there may be at most; the database's
constraint refuses any other. What is taken is taken whole: the caller's transaction undoes stock where there is no
budget. Stock comes before budget everywhere, so nobody waits in a circle.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from rapport.kit.errors import Conflict
from rapport.offers.catalogue.definition import Offer
from rapport.offers.models import Allowance, KeptOffer

GONE = {
    "stock": "None of it is left. Choose another offer.",
    "budget": "This month's budget for it is used. Choose another offer.",
}
HOLD = """
INSERT INTO offers_allowance AS kept (programme_id, offer_id, of, month, most, held, used)
SELECT %(programme)s, %(offer)s, %(of)s, %(month)s, %(most)s, %(amount)s, 0 WHERE %(amount)s <= %(most)s
ON CONFLICT ON CONSTRAINT allowance_once DO UPDATE SET held = kept.held + %(amount)s, most = %(most)s
WHERE kept.held + kept.used + %(amount)s <= %(most)s
RETURNING 1
"""
USE = """
UPDATE offers_allowance SET held = held - %(amount)s, used = used + %(amount)s
WHERE offer_id = %(offer)s AND of = %(of)s AND month IS NOT DISTINCT FROM %(month)s
"""
LET_GO = """
UPDATE offers_allowance SET held = held - %(amount)s
WHERE offer_id = %(offer)s AND of = %(of)s AND month IS NOT DISTINCT FROM %(month)s
"""
Of = Allowance.Of


class Gone(Conflict):
    """Nothing of the stock or the budget is left."""

    code = "offer_gone"

    def __init__(self, of: str) -> None:
        super().__init__(GONE[of])
        self.of = of


def hold(row: KeptOffer, offer: Offer, *, month: date) -> None:
    """Take one of the stock and its cost of the month's budget; Gone where there is not enough."""
    for of, most in ((Of.STOCK, offer.stock), (Of.BUDGET, offer.budget)):
        if most is not None and not _run(HOLD, row, of, month, _amount(of, offer.cost), most):
            raise Gone(of)


def use(row: KeptOffer, offer: Offer, *, month: date) -> None:
    """Use up what is held."""
    _settle(USE, row, offer, month)


def let_go(row: KeptOffer, offer: Offer, *, month: date) -> None:
    """Put back what is held."""
    _settle(LET_GO, row, offer, month)


def _settle(statement: str, row: KeptOffer, offer: Offer, month: date) -> None:
    for of, most in ((Of.STOCK, offer.stock), (Of.BUDGET, offer.budget)):
        if most is not None:
            _run(statement, row, of, month, _amount(of, offer.cost), most)


def _amount(of: str, cost: int) -> int:
    return 1 if of == Of.STOCK else cost


def _run(statement: str, row: KeptOffer, of: str, month: date, amount: int, most: int) -> bool:
    told: dict[str, str | int | date | None] = {
        "programme": row.programme_id,
        "offer": row.pk,
        "of": str(of),
        "month": month if of == Of.BUDGET else None,
        "amount": amount,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return bool(cursor.rowcount == 1)
