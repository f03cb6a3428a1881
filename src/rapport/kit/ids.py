"""Public identifiers: UUIDv7 (RFC 9562), ordered by time."""

from uuid import UUID

import uuid_utils.compat

from rapport.kit.errors import Invalid


def new_id() -> UUID:
    """Return a new UUIDv7."""
    return uuid_utils.compat.uuid7()


def sent_id(raw: str) -> UUID:
    """Return the key that a browser gave what it sends, a new one where it gave none; Invalid when unreadable."""
    if not raw:
        return new_id()
    try:
        return UUID(raw)
    except ValueError as error:
        raise Invalid("The message came with a key that cannot be read. Reload the page.") from error
