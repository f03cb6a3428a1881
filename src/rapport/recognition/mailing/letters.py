"""The letters as they leave: in words their reader may see, each with a Message-ID that never changes."""

from __future__ import annotations

import secrets
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from rapport.accounts.names import for_partner, names_for
from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.recognition.letter import as_text, subject_of

if TYPE_CHECKING:
    from rapport.recognition.mailing.models import Recipient, Sending

SALT = "rapport.recognition.mailing.stop"
CODE_LENGTH = 8


def letter_of(sending: Sending, *, domain: str, sender: str) -> EmailMessage:
    """Return a sending as it leaves; its Message-ID hangs on letter and reader, so that a repeat is known."""
    to, note = sending.recipient, sending.note
    way = _way_to_stop(to) if note else ""
    letter = EmailMessage()
    called = " ".join(to.programme.name.split())
    what = subject_of(note) if note else "Your code for Rally Notes by e-mail"
    letter["Subject"] = f"{called}: {what}"
    letter["From"], letter["To"] = sender, to.address
    letter["Date"] = format_datetime(clock.now())
    letter["Message-ID"] = f"<{note.day if note else 'code'}.{to.public_id}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    if way:
        letter["List-Unsubscribe"] = f"<{way}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    foot = _foot(to, way) if note else _foot_of_code(to)
    letter.set_content(f"{_text(sending)}\n\n-- \n{foot}\n")
    return letter


def _text(sending: Sending) -> str:
    to = sending.recipient
    if sending.note is None:
        return (
            f"Somebody asked that Rally Notes of {to.programme.name} be sent to this address. If it was you, type "
            f"this code on the page By e-mail:\n\n  {code_of(to)}\n\nIf it was not, nothing more will come."
        )
    return as_text(sending.note, names_for(to.member) if to.member else for_partner(to.programme))


def _foot_of_code(to: Recipient) -> str:
    page = f"{settings.PAGES}{reverse('rally-by-mail', args=[to.programme.key])}" if settings.PAGES else ""
    return page or "The page is found from Rally Notes."


def _foot(to: Recipient, way: str) -> str:
    if to.member:
        return f"You asked for this. To get no more: {way or 'the page By e-mail, found from Rally Notes'}"
    return f"Sent to you as agreed. To get no more: {way or 'tell the people of ' + to.programme.name}"


def code_of(recipient: Recipient) -> str:
    """Return the code that confirms the address, of digits and small letters."""
    return salted_hmac("rapport.recognition.mailing.code", str(recipient.public_id)).hexdigest()[:CODE_LENGTH]


def is_code_of(recipient: Recipient, told: str) -> bool:
    """Say whether somebody typed the recipient's code."""
    return secrets.compare_digest(told.strip().lower().encode(), code_of(recipient).encode())


def _way_to_stop(to: Recipient) -> str:
    if not settings.PAGES:
        return ""
    token = signing.dumps([to.programme.key, str(to.public_id)], salt=SALT)
    return f"{settings.PAGES}{reverse('rally-mail-no-more', args=[token])}"


def named_by(token: str) -> tuple[str, UUID]:
    """Return the key of the programme and the recipient that a link names. Raises NotFound for one not ours."""
    try:
        programme, recipient = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    return programme, UUID(recipient)
