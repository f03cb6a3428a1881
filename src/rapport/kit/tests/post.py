"""A real mail server for tests (aiosmtpd) on a port of its own: plain, or with TLS and a password."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from rapport.kit.mail import Server
from rapport.kit.tests.s3 import free

USER, PASSWORD = "rapport", "a password that is never shown"
SENDER = "notes@desk.example"


@dataclass
class Box:
    """What came, and what the server says next: an answer to a command in place of its own, or a fault."""

    taken: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    """``MAIL``, ``DATA``, or an address: what is answered."""
    on_data: Callable[[], None] = lambda: None
    """Called when a letter was taken, before that is answered."""
    lines: int = 0
    slow: float = 0.0
    """Seconds from taking a letter to the answer."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: Any
    ) -> str:
        self.lines += not envelope.content and not hasattr(session, "is_counted")
        session.__dict__["is_counted"] = True
        envelope.mail_from = sender
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:
        if to in self.says:
            return self.says[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.says:
            return self.says["DATA"]
        assert isinstance(envelope.content, bytes)
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.taken.append(made)
        self.to += envelope.rcpt_tos
        self.on_data()
        await asyncio.sleep(self.slow)
        return "250 taken"


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
    known = isinstance(told, LoginPassword) and (told.login, told.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@contextmanager
def post_office(box: Box, *, certificates: Path | None = None, over_tls: bool = False) -> Iterator[Server]:
    """Run a server; with ``certificates`` it asks for TLS (from the start, or by STARTTLS) and for a password."""
    asks: dict[str, Any] = {}
    if certificates is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        asks = {"authenticator": _let_in, "auth_required": True, "auth_require_tls": not over_tls}
        asks |= {"ssl_context": context} if over_tls else {"tls_context": context, "require_starttls": True}
    running = Controller(box, "127.0.0.1", free(1)[0], server_hostname="box", **asks)
    running.start()
    try:
        tls = "none" if certificates is None else "tls" if over_tls else "starttls"
        known = (USER, PASSWORD, certificates / "authority.pem") if certificates else ("", "", None)
        yield Server("127.0.0.1", running.port, tls, SENDER, *known)  # type: ignore[arg-type] # one of the three
    finally:
        running.stop()
