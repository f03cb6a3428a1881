"""What this app announces; the subject is the programme, and no address is in it."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class MailWanted:
    """Somebody wants Rally Notes by e-mail, or the manager wants them sent to the partner."""

    name: ClassVar[str] = "rally.mail_wanted"
    recipient: Code
    kind: Code


@dataclass(frozen=True)
class MailConfirmed:
    """The code that was sent to a member's address was typed in."""

    name: ClassVar[str] = "rally.mail_confirmed"
    recipient: Code


@dataclass(frozen=True)
class MailStopped:
    """An address gets no Rally Notes any more, and is erased: by whom (self, link, manager, system)."""

    name: ClassVar[str] = "rally.mail_stopped"
    recipient: Code
    by: Code


@dataclass(frozen=True)
class Mailed:
    """The mail server took a letter (day) or a code (no day), at the try of this number."""

    name: ClassVar[str] = "rally.mailed"
    recipient: Code
    day: Code
    tries: int


@dataclass(frozen=True)
class MailFailed:
    """A letter or a code is not tried again, after so many tries."""

    name: ClassVar[str] = "rally.mail_failed"
    recipient: Code
    day: Code
    tries: int
