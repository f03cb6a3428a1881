"""Errors a person can act on; one handler renders each as a page, a fragment or JSON."""


class DomainError(Exception):
    """Something a person asked for cannot be done; ``str(error)`` says what to do about it."""

    status = 400
    code = "refused"
    title = ""  # in place of the general words for the status
    steps: tuple[tuple[str, str], ...] = ()  # what to do next, each with an address of ours or an empty text


class Invalid(DomainError):
    """What was sent cannot be read or is out of bounds."""

    status = 422
    code = "invalid"


class NotFound(DomainError):
    """Absent, or not for this person's eyes: both look the same."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "There is nothing here, or it is not yours to see.") -> None:
        super().__init__(message)


class Forbidden(DomainError):
    """A member of the programme lacks the right."""

    status = 403
    code = "forbidden"


class Conflict(DomainError):
    """The state has moved on; the message says to what."""

    status = 409
    code = "conflict"
