"""Amounts as people write them, by each currency's own decimals."""

import pytest

from rapport.kit.money import money, plain

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("minor", "currency", "told"),
    [
        (123_450, "EUR", f"1{THIN}234.50 EUR"),
        (123_450, "JPY", f"123{THIN}450 JPY"),
        (1_234, "KWD", "1.234 KWD"),
        (0, "EUR", "0.00 EUR"),
        (-5, "EUR", "\N{MINUS SIGN}0.05 EUR"),
        (12.5, "EUR", "0.12 EUR"),
        (None, "EUR", "–"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(minor: float | None, currency: str, told: str) -> None:
    assert money(minor, currency) == told


def test_an_amount_of_no_named_currency_has_two_decimals() -> None:
    assert plain(2_000) == "20.00"
