"""What this module announces."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class SignedIn:
    """A person of the programme signed in; the subject is the person, ``how`` the ways they proved it by."""

    how: Code
    name: ClassVar[str] = "person.signed_in"


@dataclass(frozen=True)
class SignedOut:
    """A person of the programme signed out; the subject is the person."""

    name: ClassVar[str] = "person.signed_out"
