"""Which strings can be a card, an IBAN or a national number: lengths, prefixes, check digits."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

LONGEST_CARD = 19
SHORTEST_CARD = 13
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
ISSUERS: tuple[tuple[int, int, int, frozenset[int]], ...] = (  # digits of the prefix, from, to, lengths
    (1, 4, 4, frozenset({16, 18, 19})),  # Visa; its thirteen digits are long gone, and look like telephone numbers
    (2, 51, 55, frozenset({16})),
    (4, 2221, 2720, frozenset({16})),
    (4, 2200, 2204, frozenset({16, 17, 18, 19})),
    (2, 34, 34, frozenset({15})),
    (2, 37, 37, frozenset({15})),
    (3, 300, 305, frozenset({14, 16, 19})),
    (2, 36, 36, frozenset({14, 16, 19})),
    (2, 38, 39, frozenset({14, 16, 19})),
    (4, 3528, 3589, frozenset({16, 17, 18, 19})),
    (2, 50, 50, frozenset({16, 17, 18, 19})),
    (2, 56, 58, frozenset({16, 17, 18, 19})),
    (1, 6, 6, frozenset({16, 17, 18, 19})),
    (2, 81, 82, frozenset({16, 17, 18, 19})),
)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14,
         16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def plain_digits(text: str) -> str:
    """Return the digits of any script as 0 to 9; everything else is left out."""
    if text.isascii() and text.isdecimal():
        return text
    return "".join(str(unicodedata.decimal(one)) for one in text if one.isdecimal())


def passes_luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit that Luhn's rule asks for."""
    return _luhn_sum(digits) % 10 == 0


def luhn_digit(digits: str) -> str:
    """Return the check digit that follows these digits."""
    return str(-_luhn_sum(f"{digits}0") % 10)


def _luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total


def is_luhn_card(digits: str) -> bool:
    """Say whether this can be a card of any issuer: 13 to 19 digits, not all the same, the last one right."""
    return SHORTEST_CARD <= len(digits) <= LONGEST_CARD and len(set(digits)) > 1 and passes_luhn(digits)


def is_issued_card(digits: str) -> bool:
    """Say whether a known network issues cards of this beginning and length, with a right check digit."""
    return is_luhn_card(digits) and any(
        low <= int(digits[:size]) <= high and len(digits) in lengths for size, low, high, lengths in ISSUERS
    )


def is_card_grouping(sizes: Sequence[int]) -> bool:
    """Say whether people write cards in groups of these sizes: 4-4-4-4, 4-6-5, one run, single digits …"""
    if len(sizes) <= 2 or tuple(sizes) in ((4, 6, 5), (4, 6, 4), (4, 8, 4), (6, 4, 6)):
        return True
    first, *middle, last = sizes
    return all(one == first for one in middle) and last <= first + 3


def is_iban(plain: str) -> bool:
    """Say whether this is an IBAN: a country's length and two check digits (ISO 13616, mod 97)."""
    if IBAN_LENGTHS.get(plain[:2]) != len(plain) or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def with_iban_digits(country: str, account: str) -> str:
    """Return the IBAN of an account: the country, its two check digits, the account."""
    rest = int("".join(str(int(one, 36)) for one in f"{account}{country}00")) % 97
    return f"{country}{98 - rest:02d}{account}"


def is_us_social_security(plain: str) -> bool:
    """Say whether the area, group and serial of nine digits are ones that are given out."""
    area, group, serial = int(plain[:3]), int(plain[3:5]), int(plain[5:])
    return area not in (0, 666) and area < 900 and group != 0 and serial != 0


def is_uk_insurance(plain: str) -> bool:
    """Say whether the letters of a National Insurance number are ones that are given out."""
    first, second = plain[0], plain[1]
    unused = plain[:2] in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    return first not in "DFIQUV" and second not in "DFIOQUV" and not unused


def is_spanish_dni(plain: str) -> bool:
    """Say whether the letter belongs to the eight digits."""
    return _DNI_LETTERS[int(plain[:8]) % 23] == plain[8]


def is_brazilian_cpf(plain: str) -> bool:
    """Say whether both check digits of eleven are right."""
    if len(set(plain)) == 1:
        return False
    for size in (9, 10):
        total = sum(int(digit) * (size + 1 - place) for place, digit in enumerate(plain[:size]))
        if total * 10 % 11 % 10 != int(plain[size]):
            return False
    return True


def is_french_insee(plain: str) -> bool:
    """Say whether the two last digits are the key of the thirteen before (2A and 2B are Corsica)."""
    number = plain[:13].replace("A", "0").replace("B", "0")
    corsica = 1_000_000 if plain[6] == "A" else 2_000_000 if plain[6] == "B" else 0
    return 1 <= int(plain[3:5]) <= 99 and 97 - (int(number) - corsica) % 97 == int(plain[13:])


def is_italian_tax_code(plain: str) -> bool:
    """Say whether the last letter belongs to the fifteen characters before."""
    total = 0
    for place, one in enumerate(plain[:15]):
        total += _CODICE_ODD[one] if place % 2 == 0 else (int(one) if one.isdigit() else ord(one) - ord("A"))
    return chr(ord("A") + total % 26) == plain[15]
