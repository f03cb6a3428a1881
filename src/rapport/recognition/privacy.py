"""Taking customers out of what customers wrote, before others read it."""

import re

from rapport.kit import redaction
from rapport.kit.errors import Invalid

HIDDEN = "…"
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d(?:[\s./-]?\d){3,}")
SHORTEST_NAME = 2


def without_personal(text: str, *, name: str = "") -> str:
    """Return the text with the customer's own name, addresses, links and longer numbers replaced by ``…``.

    It knows only the name on file: a person reads the result before it is published.
    """
    for pattern in (_EMAIL, _LINK, _NUMBER):
        text = pattern.sub(HIDDEN, text)
    words = [re.escape(word) for word in re.split(r"\W+", name) if len(word) >= SHORTEST_NAME]
    if words:
        text = re.sub(rf"\b(?:{'|'.join(words)})\b", HIDDEN, text, flags=re.IGNORECASE)
    return re.sub(rf"{HIDDEN}(?:\s+{HIDDEN})+", HIDDEN, text)


def kept_words(raw: str, most: int, what: str) -> str:
    """Return what somebody wrote as it is kept: trimmed, without control characters and card numbers.

    Raises Invalid where it is longer than ``most`` characters.
    """
    text = "".join(c for c in raw.replace("\r\n", "\n") if c == "\n" or c.isprintable()).strip()
    if len(text) > most:
        raise Invalid(f"Keep {what} under {most} characters; it has {len(text):,}.")
    return redaction.clean(text)
