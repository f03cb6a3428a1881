"""The signed cookie that names a customer's contact; sent only to the pages of the programme it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from rapport.contacts.access import access_own
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

SALT = "rapport.portal.contact"
KEPT_SECONDS = 7 * 24 * 3600
COOKIE = f"rapport_contact_{settings.PORT}"
GONE = "This conversation is not open in this browser any more. You can write to us again."


def remember(response: HttpResponse, contact: Contact) -> None:
    """Have the browser bring a signed cookie that names the contact to this programme's pages."""
    response.set_cookie(
        COOKIE,
        signing.dumps([contact.programme_id, str(contact.public_id)], salt=SALT),
        max_age=KEPT_SECONDS,
        path=_path(contact.programme),
        httponly=True,
        samesite="Lax",
        secure=settings.TLS,
    )


def forget(response: HttpResponse, programme: Programme) -> None:
    """Have the browser forget its contact on this programme."""
    response.delete_cookie(COOKIE, path=_path(programme), samesite="Lax")


def access_remembered(request: HttpRequest, programme: Programme) -> Contact:
    """Return the contact the browser's cookie names; NotFound without one of this programme's."""
    try:
        programme_id, public_id = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_SECONDS)
    except (signing.BadSignature, ValueError):
        raise NotFound(GONE) from None
    if programme_id != programme.pk:
        raise NotFound(GONE)
    return access_own(programme, UUID(public_id))


def remembered(request: HttpRequest, programme: Programme) -> Contact | None:
    """Return the contact the browser's cookie names, if it names one of this programme's."""
    try:
        return access_remembered(request, programme)
    except NotFound:
        return None


def _path(programme: Programme) -> str:
    return reverse("portal", args=[programme.key])
