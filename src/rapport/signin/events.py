"""What this module announces, on each programme where the person has a place; the subject is the person."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class LockedOut:
    """Too many wrong tries for the person's account; none is looked at until the time is over.

    ``kind`` is what was guessed: account (the password) or factor (the second factor's code).
    """

    kind: Code
    name: ClassVar[str] = "person.locked_out"


@dataclass(frozen=True)
class SecondFactorAdded:
    """The person set up a second factor: totp, webauthn or recovery_codes."""

    factor: Code
    name: ClassVar[str] = "person.second_factor_added"


@dataclass(frozen=True)
class SecondFactorRemoved:
    """The person took a second factor away."""

    factor: Code
    name: ClassVar[str] = "person.second_factor_removed"


@dataclass(frozen=True)
class PasswordChanged:
    """The person has another password; their other sign-ins were ended."""

    name: ClassVar[str] = "person.password_changed"


@dataclass(frozen=True)
class SessionEnded:
    """A sign-in of the person ended, for another reason than that they signed out."""

    why: Code
    name: ClassVar[str] = "session.ended"


@dataclass(frozen=True)
class BrokeGlass:
    """Somebody used the break-glass account, for so many minutes; their reason is on the page of the machine."""

    minutes: int
    name: ClassVar[str] = "person.broke_glass"
