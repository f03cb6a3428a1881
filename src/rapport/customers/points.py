"""How contact points are written, so that two spellings of one address meet."""

import re

from rapport.kit.errors import Invalid
from rapport.kit.redaction import find

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9]{3,15}")


def normal_email(raw: str) -> str:
    """Return the address in lower case without surrounding blanks; Invalid when it cannot be one."""
    value = raw.strip().lower()
    _no_secret(value)
    if len(value) > 254 or not value.isprintable() or not _EMAIL.fullmatch(value):
        raise Invalid("That does not look like an e-mail address. Please check it, for example name@example.org.")
    return value


def normal_phone(raw: str) -> str:
    """Return the number as digits with an optional leading +; Invalid when it cannot be one."""
    value = re.sub(r"[\s()./-]", "", raw)
    _no_secret(value)
    if value.startswith("00"):
        value = "+" + value[2:]
    if not _PHONE.fullmatch(value):
        raise Invalid(f"{raw[:40]!r} does not look like a telephone number.")
    return value


def _no_secret(value: str) -> None:
    if find(value):
        raise Invalid("That is a card or account number, not a way to reach somebody.")
