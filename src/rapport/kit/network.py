"""Where a request comes from."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> str:
    """Return the network address the request came from; "" where there is none.

    ``X-Forwarded-For`` is believed as far as our own proxies wrote it: from its end to the first address that is
    not one of theirs (RAPPORT_TRUSTED_PROXIES), and only where the request itself came from one of them.
    """
    return believed(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def believed(nearest: str, forwarded: str) -> str:
    """Return the address that a connection from ``nearest`` and its ``X-Forwarded-For`` together tell of."""
    if not settings.TLS:
        return nearest
    for told in reversed(forwarded.split(",")):
        if not _is_ours(nearest) or parsed(told) is None:
            break
        nearest = str(parsed(told))
    return nearest


def counted_address(request: HttpRequest) -> str:
    """Return what a limit by network address counts a request under."""
    return as_counted(client_address(request))


def as_counted(address: str) -> str:
    """Return the address; of IPv6 its network (/64), in which one subscriber has addresses without number."""
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def parsed(text: str) -> Address | None:
    """Return the address in a text; None where it is none. IPv4 written as IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def within(address: str, networks: tuple[str, ...]) -> bool:
    """Say whether an address lies in one of the networks ("10.1.0.0/16", or one address)."""
    found = parsed(address)
    return found is not None and any(found in each for each in _networks(networks))


@lru_cache(maxsize=256)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def _is_ours(address: str) -> bool:
    return within(address, settings.TRUSTED_PROXIES)
