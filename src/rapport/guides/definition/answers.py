"""Reads an answer as its field wants it, from a form's text or from a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rapport.customers.points import normal_email, normal_phone
from rapport.guides.definition.rules import FieldRules, FieldType
from rapport.kit import redaction
from rapport.kit.errors import Invalid

Answer = str | int | float | bool
LONGEST = 500
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_answer(field: FieldRules, value: Any) -> Answer:
    """Return the answer as it is kept; Invalid, naming the field and what is wanted, where it is none."""
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if not text or len(text) > LONGEST or "\x00" in text:
        raise Invalid(f"{field.label}: an answer of 1 to {LONGEST} characters is wanted.")
    return _READERS[field.type](field, text)


def _text(_field: FieldRules, text: str) -> Answer:
    return redaction.clean(text)


def _number(field: FieldRules, text: str) -> Answer:
    number = _decimal(field, text)
    return int(number) if number == number.to_integral_value() else float(number)


def _money(field: FieldRules, text: str) -> Answer:
    amount = _decimal(field, text.removesuffix(field.currency).strip())
    if amount != amount.quantize(Decimal("0.01")):
        raise Invalid(f"{field.label}: an amount such as 12.50 is wanted.")
    return f"{amount:.2f}"


def _decimal(field: FieldRules, text: str) -> Decimal:
    try:
        number = Decimal(text.replace("−", "-"))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**12:
        raise Invalid(f"{field.label}: a number such as 12 or 12.5 is wanted.")
    if field.least is not None and number < Decimal(str(field.least)):
        raise Invalid(f"{field.label}: at least {field.least:g} is wanted.")
    if field.most is not None and number > Decimal(str(field.most)):
        raise Invalid(f"{field.label}: at most {field.most:g} is wanted.")
    return number


def _date(field: FieldRules, text: str) -> Answer:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(f"{field.label}: a day such as 2026-12-25 is wanted.") from None


def _yes_no(field: FieldRules, text: str) -> Answer:
    if text.casefold() not in _YES_NO:
        raise Invalid(f"{field.label}: yes or no is wanted.")
    return _YES_NO[text.casefold()]


def _choice(field: FieldRules, text: str) -> Answer:
    if text not in field.choices:
        raise Invalid(f"{field.label}: one of these is wanted: {', '.join(field.choices)}.")
    return text


def _email(field: FieldRules, text: str) -> Answer:
    return _of_label(field, normal_email, text)


def _telephone(field: FieldRules, text: str) -> Answer:
    return _of_label(field, normal_phone, text)


def _of_label(field: FieldRules, normal: Callable[[str], str], text: str) -> str:
    try:
        return normal(text)
    except Invalid as error:
        raise Invalid(f"{field.label}: {error}") from None


_READERS: dict[FieldType, Callable[[FieldRules, str], Answer]] = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "email": _email,
    "telephone": _telephone,
}
