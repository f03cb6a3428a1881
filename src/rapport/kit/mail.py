"""The only way our server sends e-mail: through the one mail server that the installation names.

What came of a letter is told apart, since each asks for something else: the server itself cannot be used now
(:class:`Unusable`), it refused this letter for now or for good (:class:`Refused`), or the line broke after it was
handed over, so that nobody knows (:class:`Unanswered`). Neither passwords nor addresses are in what these say.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal

from rapport.kit.errors import DomainError, Invalid

SECONDS = 10.0  # for each answer of the server
LONGEST = 254
LONGEST_SAID = 160
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63}")
_ANY_ADDRESS = re.compile(r"<[^>]*>|[^\s<>]+@[^\s<>]+")


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server, how the line to it is encrypted, and who we are there."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None
    """Certificates that are trusted beside the public ones."""

    @property
    def domain(self) -> str:
        """What comes after the @ of who sends."""
        return self.sender.rpartition("@")[2]


class Unusable(DomainError):
    """The server cannot be reached, does not let us in, or does not let us send: no letter's fault."""

    status = 502
    code = "mail_server_unusable"


class Refused(DomainError):
    """The server did not take this letter; ``is_lasting``: it will not take it later either."""

    status = 422
    code = "letter_refused"

    def __init__(self, message: str, *, is_lasting: bool) -> None:
        super().__init__(message)
        self.is_lasting = is_lasting


class Unanswered(DomainError):
    """The letter was handed over, and no answer came: whether it was taken is not known."""

    status = 502
    code = "letter_unanswered"


def address(raw: str) -> str:
    """Return an e-mail address as it is written to; Invalid where it is none, or more than one."""
    value = raw.strip()
    if len(value) > LONGEST or not _ADDRESS.fullmatch(value):
        raise Invalid("That is no e-mail address we can write to: one, such as name@example.org.")
    name, _, domain = value.rpartition("@")
    return f"{name}@{domain.lower()}"


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Hold a line to the server, encrypted and signed in as it says. Raises Unusable."""
    try:
        line = _signed_in(server)
    except smtplib.SMTPResponseException as error:  # its words may name the account
        raise Unusable(f"The mail server does not let us in ({error.smtp_code}).") from None
    except ssl.SSLCertVerificationError as error:
        raise Unusable(f"The mail server has no certificate that we trust ({error.reason}).") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unusable(f"The mail server cannot be used ({type(error).__name__}).") from None
    try:
        yield line
    finally:
        with suppress(OSError, smtplib.SMTPException):
            line.quit()
        line.close()


def _signed_in(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.authorities is not None:
        context.load_verify_locations(server.authorities)
    line: smtplib.SMTP
    if server.tls == "tls":
        line = smtplib.SMTP_SSL(server.host, server.port, server.domain, timeout=SECONDS, context=context)
    else:
        line = smtplib.SMTP(server.host, server.port, server.domain, timeout=SECONDS)
    try:
        if server.tls == "starttls":
            line.starttls(context=context)
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def hand_over(line: smtplib.SMTP, server: Server, letter: EmailMessage, *, to: str) -> None:
    """Give one letter to the server. Raises Refused, Unanswered or Unusable."""
    try:
        line.sendmail(server.sender, [to], letter.as_bytes(policy=SMTP))
    except smtplib.SMTPSenderRefused as error:
        raise Unusable(f"The mail server does not take letters from us ({error.smtp_code}).") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(*error.recipients[to]) from None
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unanswered(f"The mail server did not answer ({type(error).__name__}).") from None


def _refused(code: int, words: bytes | str) -> Refused:
    said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    plain = " ".join("".join(each if each.isprintable() else " " for each in said).split())
    told = _ANY_ADDRESS.sub("…", plain)[:LONGEST_SAID]
    return Refused(f"{code} {told}".strip(), is_lasting=code >= 500)
