"""The signed cookies of a customer's browser, sent only to the pages of the programme they belong to.

One names a contact; another, for half an hour, the customer that its user has shown to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from rapport.contacts.access import access_own
from rapport.customers.queries import customer_by_id
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

SALT = "rapport.portal.contact"
KEPT_SECONDS = 7 * 24 * 3600
COOKIE = f"rapport_contact_{settings.PORT}"
KNOWN_SALT = "rapport.portal.known"
KNOWN_SECONDS = 30 * 60
KNOWN_COOKIE = f"rapport_known_{settings.PORT}"
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


def know(response: HttpResponse, customer: Customer) -> None:
    """Have the browser bring, for half an hour, that its user has shown to be this customer."""
    response.set_cookie(
        KNOWN_COOKIE,
        signing.dumps([customer.programme_id, str(customer.public_id)], salt=KNOWN_SALT),
        max_age=KNOWN_SECONDS,
        path=_path(customer.programme),
        httponly=True,
        samesite="Lax",
        secure=settings.TLS,
    )


def known(request: HttpRequest, programme: Programme) -> Customer | None:
    """Return the customer that the browser's user has shown to be; None where they have not, or are erased."""
    try:
        told = signing.loads(request.COOKIES.get(KNOWN_COOKIE, ""), salt=KNOWN_SALT, max_age=KNOWN_SECONDS)
    except signing.BadSignature:
        return None
    customer = customer_by_id(programme, UUID(told[1])) if told[0] == programme.pk else None
    return customer if customer is not None and customer.is_active else None


def _path(programme: Programme) -> str:
    return reverse("portal", args=[programme.key])
