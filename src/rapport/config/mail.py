"""The mail server of this installation, from the environment; without one no e-mail is ever sent."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from rapport.kit import env, mail
from rapport.kit.env import SettingError
from rapport.kit.errors import Invalid

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[?[0-9a-fA-F:]{2,39}\]?", re.ASCII)
PORTS = {"starttls": 587, "tls": 465, "none": 25}


def server() -> mail.Server | None:
    """Return the mail server (RAPPORT_MAIL_HOST and its companions), or None; SettingError names no secret."""
    host = env.text("RAPPORT_MAIL_HOST")
    if not host:
        return None
    if not _HOST.fullmatch(host):
        raise SettingError("RAPPORT_MAIL_HOST must be the name or the address of a mail server, without a port.")
    tls = env.choice("RAPPORT_MAIL_TLS", "starttls", ("starttls", "tls", "none"))
    user, password = env.text("RAPPORT_MAIL_USER"), env.text("RAPPORT_MAIL_PASSWORD")
    if bool(user) != bool(password):
        raise SettingError("RAPPORT_MAIL_USER and RAPPORT_MAIL_PASSWORD go together: set both, or neither.")
    if user and tls == "none":
        raise SettingError("RAPPORT_MAIL_TLS=none would send the password for all to read: set starttls or tls.")
    if not (user + password).isascii() or not (user + password).isprintable():
        raise SettingError("RAPPORT_MAIL_USER and RAPPORT_MAIL_PASSWORD have plain characters only.")
    return mail.Server(
        host=host.strip("[]"),
        port=env.whole("RAPPORT_MAIL_PORT", PORTS[tls], lowest=1, highest=65535),
        tls=tls,  # type: ignore[arg-type] # one of the three
        sender=_sender(),
        user=user,
        password=password,
        authorities=_authorities(),
    )


def pages() -> str:
    """Return where people find the pages (RAPPORT_URL), without a slash at its end; empty where nobody said."""
    raw = env.text("RAPPORT_URL").rstrip("/")
    try:
        parts = urlsplit(raw)
        is_one = parts.scheme in ("https", "http") and parts.hostname and raw == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        is_one = False
    if raw and (not is_one or "@" in raw or not raw.isascii() or not raw.isprintable() or " " in raw):
        raise SettingError("RAPPORT_URL must be where people find the pages, such as https://rapport.example.com.")
    return raw


def _sender() -> str:
    try:
        return mail.address(env.text("RAPPORT_MAIL_FROM"))
    except Invalid:
        raise SettingError(
            "RAPPORT_MAIL_FROM must be the address that e-mail is sent from, such as rapport@example.com."
        ) from None


def _authorities() -> Path | None:
    raw = env.text("RAPPORT_MAIL_AUTHORITIES")
    path = Path(raw).expanduser().absolute()
    if raw and not path.is_file():
        raise SettingError(f"RAPPORT_MAIL_AUTHORITIES={raw!r} must be a file with certificates (PEM).")
    return path if raw else None
