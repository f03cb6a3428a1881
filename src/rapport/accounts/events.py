"""What this module announces. The subject is the person unless said otherwise; values are codes, never names."""

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


@dataclass(frozen=True)
class Placed:
    """A person was given a place on the programme; the subject is the person."""

    name: ClassVar[str] = "person.placed"
    rep: Code
    role: Code


@dataclass(frozen=True)
class PlaceChanged:
    """A person's role or team was changed, or their place ended or resumed: as it was, and as it is."""

    name: ClassVar[str] = "person.place_changed"
    rep: Code
    role_before: Code
    role: Code
    team_before: int | None
    team: int | None
    was_active: bool
    is_active: bool


@dataclass(frozen=True)
class ClearanceChanged:
    """What is on file of a person's clearance was changed: these fields; the subject is the person."""

    name: ClassVar[str] = "person.clearance_changed"
    rep: Code
    fields: list[Code]
    screening_before: Code
    screening: Code


@dataclass(frozen=True)
class SinceChanged:
    """The day on which a person joined was put on file: as it was, and as it is."""

    name: ClassVar[str] = "person.since_changed"
    rep: Code
    before: Code
    since: Code


@dataclass(frozen=True)
class RightChanged:
    """A right was granted or denied to one person, or that was taken back; the subject is the person."""

    name: ClassVar[str] = "person.right_changed"
    rep: Code
    right: Code
    before: Code
    after: Code


@dataclass(frozen=True)
class ShutOut:
    """All of a person's sessions and streams were ended; the subject is the person."""

    name: ClassVar[str] = "person.shut_out"
    why: Code


@dataclass(frozen=True)
class RoleAdjusted:
    """A right was granted or denied to a role, or that was taken back; the subject is the programme."""

    name: ClassVar[str] = "role.adjusted"
    role: Code
    right: Code
    before: Code
    after: Code


@dataclass(frozen=True)
class RulesChanged:
    """The programme's conditions of entry were changed; the subject is the programme."""

    name: ClassVar[str] = "programme.rules_changed"
    fields: list[Code]


@dataclass(frozen=True)
class AdministratorsGone:
    """A directory ended the place or role of a programme's last administrator; the subject is the programme."""

    name: ClassVar[str] = "programme.administrators_gone"


@dataclass(frozen=True)
class TokenIssued:
    """A token was made for a program; the subject is the token."""

    name: ClassVar[str] = "token.issued"
    rights: list[Code]
    expires_at: Code


@dataclass(frozen=True)
class TokenRevoked:
    """A token was ended; the subject is the token."""

    name: ClassVar[str] = "token.revoked"
