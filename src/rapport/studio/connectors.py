"""The pages of connectors: what guides may have done in partners' systems, tried, and what was done lately."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.guides.connectors import keeping, queries
from rapport.guides.connectors.definition import Connector, ConnectorInvalid, read_connector
from rapport.guides.definition.facts import FACTS
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.guides.models import Connector as Kept

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES, Right.MANAGE_CONNECTORS)
managing = staff_page(Right.MANAGE_CONNECTORS)
NEW = """name = "Core banking"
base = "https://api.bank.example/v1"
# secret_in = "Authorization"    # the secret itself goes into the form, never here
# secret_after = "Bearer "

[transactions.block]
name = "Block the card"
path = "/customers/{customer.key}/block"
sends = { reason = "why", contact = "contact.id" }
gives = { reference = "/reference" }
done = { at = "/status", is = ["blocked"] }
says = "/message"
example = { status = "blocked", reference = "B-1" }
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, the connector it tells of, or its faults by line."""

    text: str
    connector: Connector | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@never_cache
@require_safe
@looking
def connectors(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the connectors and what each does."""
    rows = [(one, queries.read_kept(one)) for one in queries.connectors_of(member.programme)]
    context = {**_context(member), "rows": rows, "under_way": queries.under_way(member.programme), "host": _host}
    return pages.render(request, "studio/connectors/connectors.html", context)


@never_cache
@require_safe
@managing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a connector: nothing is kept before it is saved."""
    return _page(request, member, None, NEW)


@never_cache
@require_safe
@looking
def connector(request: HttpRequest, member: Member, connector: str) -> HttpResponseBase:
    """Show a connector: its text to who may change it, and its latest transactions."""
    kept = queries.connector_by_key(member.programme, connector)
    return _page(request, member, kept, kept.text)


@require_POST
@managing
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text says as a connector, or its faults; nothing is kept."""
    context = {**_context(member), "reading": _read(_text(request)), "facts": FACTS}
    return pages.render(request, "studio/connectors/said.html", context)


@require_POST
@managing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a connector on file; one with faults comes back with them."""
    sent, text = request.POST, _text(request)
    changes = sent.get("changes", "")
    try:
        made = keeping.save_connector(
            programme=member.programme,
            key=sent.get("key", "").strip(),
            text=text,
            secret="" if "no_secret" in sent else sent.get("secret", "") or None,
            changes=int(changes) if changes.isdecimal() and len(changes) < 9 else 0,
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        known = {one.key: one for one in queries.connectors_of(member.programme)}
        kept = known.get(sent.get("opened", ""))
        return _page(request, member, kept, text, error=error, status=error.status)
    to = reverse("connector", args=[member.programme.key, made.key])
    return pages.redirect(request, to, said="The connector is on file. Guides may name its transactions.")


@never_cache
@require_POST
@managing
def try_out(request: HttpRequest, member: Member, connector: str) -> HttpResponseBase:
    """Send a transaction once with the values in the form, and show what comes of it."""
    sent = request.POST
    values = {name[6:]: sent.get(name, "").strip()[:500] for name in sent if name.startswith("value.")}
    outcome = keeping.try_out(
        programme=member.programme,
        key=connector,
        what=sent.get("what", ""),
        values=values,
        actor=actor_of(member),
    )
    return pages.render(request, "studio/connectors/tried.html", {"outcome": outcome})


@require_POST
@managing
def delete(request: HttpRequest, member: Member, connector: str) -> HttpResponseBase:
    """Take a connector away that no guide needs."""
    keeping.delete_connector(programme=member.programme, key=connector, actor=actor_of(member))
    to = reverse("connectors", args=[member.programme.key])
    return pages.redirect(request, to, said="The connector is taken away, and its secret with it.")


def _page(
    request: HttpRequest,
    member: Member,
    kept: Kept | None,
    text: str,
    *,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_context(member),
        "kept": kept,
        "opened": queries.read_kept(kept) if kept else None,
        "key": kept.key if kept else request.POST.get("key", ""),
        "text": text,
        "reading": _read(text),
        "error": str(error) if error and not isinstance(error, ConnectorInvalid) else "",
        "recent": queries.recent(member.programme, kept.key) if kept else [],
        "facts": FACTS,
    }
    return pages.render(request, "studio/connectors/connector.html", context, status=status)


def _read(text: str) -> Reading:
    try:
        return Reading(text, read_connector(text))
    except ConnectorInvalid as error:
        return Reading(text, faults=error.faults)


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n")


def _host(connector: Connector) -> str:
    return urlsplit(connector.base).netloc


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "guides",
        "tab_of_guides": "connectors",
        "manages": member.may(Right.MANAGE_CONNECTORS),
    }
