"""What people write about leaving, and what we write for them to read out."""

import secrets

from rapport.kit import redaction
from rapport.kit.errors import Invalid

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Return a reference that is easy to read out: C-, and two times four letters and digits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"C-{letters[:4]}-{letters[4:]}"


def plain(text: str, most: int, called: str) -> str:
    """Return what somebody wrote on one line, without numbers that do not belong here; Invalid where too long."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(plain) > most:
        raise Invalid(f"{called}: that is {len(plain):,} characters; {most} fit.")
    return redaction.clean(plain)
