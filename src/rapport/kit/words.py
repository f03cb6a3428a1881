"""What people write in a field of one line."""


def one_line(text: str) -> str:
    """Return the text as one line, without control characters, with single blanks between words."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
