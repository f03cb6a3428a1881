"""Amounts of money: whole minor units with a currency, as people write them."""

from __future__ import annotations

from decimal import Decimal

from rapport.kit.filters import NONE, number

USUAL = 2
WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
DECIMALS = {
    **dict.fromkeys(WITHOUT.split(), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies that have not two (ISO 4217, list one)."""


def decimals(currency: str) -> int:
    """Return how many decimals a currency has; two where it is not named."""
    return DECIMALS.get(currency.upper(), USUAL)


def major(minor: float | Decimal, currency: str = "") -> float:
    """Return an amount of minor units in whole units of its currency, as charts draw it."""
    return float(Decimal(minor).scaleb(-decimals(currency)))


def plain(minor: float | Decimal | None, currency: str = "") -> str:
    """Write an amount of minor units without its currency: ``1 234.50``."""
    if minor is None:
        return NONE
    digits = decimals(currency)
    return number(Decimal(minor).scaleb(-digits), digits)


def money(minor: float | Decimal | None, currency: str) -> str:
    """Write an amount of minor units with its currency: ``1 234.50 EUR``."""
    return NONE if minor is None else f"{plain(minor, currency)} {currency}".rstrip()


FILTERS = {"money": money, "money_plain": plain}
