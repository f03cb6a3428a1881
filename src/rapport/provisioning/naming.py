"""How names of a directory are compared, and which are names at all."""

from unicodedata import normalize

from rapport.kit.errors import Invalid


def as_compared(name: str) -> str:
    """Return the form in which two names of a directory are compared: capitals and composition do not matter."""
    return normalize("NFC", normalize("NFC", name).lower())


def checked(name: str, what: str) -> str:
    """Return the name; refuses one that is empty, padded, or holds what cannot be seen."""
    if not name or name != name.strip() or not name.isprintable():
        raise Invalid(f"{what} must be text that can be seen, without spaces around it.")
    return name
