"""How often sign-in may be tried; counted in the database, so that all processes count together.

A try is counted before anything is looked at, so that many at once cannot all slip through; success takes it back.
"""

from rapport.kit import limits

WINDOW_SECONDS = 15 * 60
BY_ACCOUNT = 10
BY_ADDRESS = 100  # a whole office may come from one address
BY_FACTOR = 5  # wrong codes of somebody who has the password


def count(kind: str, what: str) -> int:
    """Count one more try of ``what`` and return how many there were in this window, this one included."""
    return limits.count(_key(kind, what), BY_ADDRESS, WINDOW_SECONDS).taken


def forget(kind: str, what: str) -> None:
    """Take back every try of ``what``: it succeeded."""
    limits.release(_key(kind, what))


def take_back(kind: str, what: str) -> None:
    """Take back one try of ``what``."""
    limits.count(_key(kind, what), BY_ADDRESS, WINDOW_SECONDS, by=-1)


def _key(kind: str, what: str) -> str:
    return f"sign-in:{kind}:{what}"
