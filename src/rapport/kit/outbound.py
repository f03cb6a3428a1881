"""The only way our server calls out: webhooks of partners, documents of sign-in services.

An address somebody else gave us must not become a way into our own network. So: https only, one look-up of the
name, every address it has must be public, and the connection goes to the very address that was checked (a name
that changes its mind between the two gets nowhere). Redirects are checked the same way. Time and size are bounded.
Hosts listed in RAPPORT_INTERNAL_HOSTS (``name`` or ``name:port``) may be internal, and may speak plain http.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from rapport.kit.errors import DomainError

SECONDS = 10.0
LARGEST = 1024 * 1024  # bytes of an answer
MOST_REDIRECTS = 3
MOVED = (301, 302, 303, 307, 308)
FORBIDDEN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")
NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "fec0::/10")
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutboundRefused(DomainError):
    """The address may not be called, or what it answered cannot be taken."""

    status = 422
    code = "address_refused"


class AnswerRefused(OutboundRefused):
    """It was told, and what it answered cannot be taken: whether it did anything is not known."""


class OutboundFailed(DomainError):
    """The other side could not be reached, or did not answer in time."""

    status = 502
    code = "other_side_failed"


class OutboundUnanswered(OutboundFailed):
    """It was reached and told, in part at least, and no answer came: whether it did anything is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Call:
    """One request, to one checked address; ``is_told`` once it may have had some of it."""

    method: str
    url: SplitResult
    address: str
    body: bytes | None
    headers: Mapping[str, str]
    ends_at: float
    largest: int
    is_told: bool = False


def get(
    url: str, *, headers: Mapping[str, str] | None = None, seconds: float = SECONDS, largest: int = LARGEST
) -> Answer:
    """Fetch ``url``, following a few redirects. Raises OutboundRefused or OutboundFailed."""
    ends_at = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        answer = _call("GET", url, None, headers or {}, ends_at, largest)
        if answer.status not in MOVED:
            return answer
        url = urljoin(url, answer.headers.get("location", ""))
    raise OutboundRefused(f"{_name(url)} redirects more than {MOST_REDIRECTS} times.")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    largest: int = LARGEST,
) -> Answer:
    """Send ``body`` to ``url``; follows no redirect. Raises OutboundRefused or OutboundFailed."""
    return send("POST", url, body, headers=headers, seconds=seconds, largest=largest)


def send(
    method: str,
    url: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    largest: int = LARGEST,
) -> Answer:
    """Do as :func:`post` does, by any method."""
    return _call(method, url, body, headers or {}, time.monotonic() + seconds, largest)


def check(url: str) -> None:
    """Raise OutboundRefused where ``url`` may not be called; for forms that take an address."""
    _pinned(_split(url))


def _call(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], ends_at: float, largest: int
) -> Answer:
    parts = _split(url)
    for name, value in headers.items():
        if name.lower() in FORBIDDEN_HEADERS or not f"{name}{value}".isascii() or not value.isprintable():
            raise OutboundRefused(f"The header {name!r} cannot be sent.")
    call = _Call(method, parts, _pinned(parts), body, headers, ends_at, largest)
    try:
        return _talk(call)
    except ssl.SSLCertVerificationError as error:
        raise OutboundFailed(f"{_name(url)} has no certificate that we trust ({error.reason}).") from error
    except (OSError, http.client.HTTPException) as error:
        failed = OutboundUnanswered if call.is_told else OutboundFailed
        raise failed(f"{_name(url)} did not answer ({type(error).__name__}).") from error


def _talk(call: _Call) -> Answer:
    connection = http.client.HTTPConnection(call.url.hostname or "", _port(call.url))
    plain = socket.create_connection((call.address, _port(call.url)), timeout=_left(call))
    with closing(plain), closing(connection), _hung_up_in_time(plain, call):
        connection.sock = _encrypted(plain, call)
        call.is_told = True
        connection.request(call.method, _target(call.url), call.body, dict(call.headers))
        response = connection.getresponse()
        body = _bounded(response, call)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


@contextmanager
def _hung_up_in_time(plain: socket.socket, call: _Call) -> Iterator[None]:
    """End the connection when the time is over: one that tells a byte now and then would never run out of it."""
    line = os.dup(plain.fileno())  # stays the connection's own, whatever becomes of the socket
    watch = threading.Timer(_left(call), _hang_up, [line])
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        _left(call)  # where the time is over, that is why
        raise
    finally:
        watch.cancel()
        watch.join()
        os.close(line)


def _hang_up(line: int) -> None:
    with socket.socket(fileno=os.dup(line)) as connection, suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _encrypted(plain: socket.socket, call: _Call) -> socket.socket:
    """Return the connection itself for http; for https the certificate is checked for the name."""
    if call.url.scheme == "http":
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=call.url.hostname)


def _bounded(response: http.client.HTTPResponse, call: _Call) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        part = response.read1(65536)
        _left(call)  # a connection that was ended looks like an answer's end
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > call.largest:
            raise AnswerRefused(f"The answer is larger than {call.largest} bytes.")
        parts.append(part)


def _left(call: _Call) -> float:
    left = call.ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _split(url: str) -> SplitResult:
    if any(ord(each) <= ord(" ") or ord(each) == 127 for each in url):
        raise OutboundRefused("The address holds a blank or a character that is no part of an address.")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise OutboundRefused("The address cannot be read.") from error
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise OutboundRefused("The address must be https://host/path, without a name and a password in it.")
    schemes = ("https", "http") if _may_be_internal(parts) else ("https",)
    if parts.scheme not in schemes:
        raise OutboundRefused("The address must begin with https://.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _target(parts: SplitResult) -> str:
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _name(url: str) -> str:
    return urlsplit(url).hostname or "The address"


def _may_be_internal(parts: SplitResult) -> bool:
    name = (parts.hostname or "").rstrip(".")
    return name in settings.INTERNAL_HOSTS or f"{name}:{_port(parts)}" in settings.INTERNAL_HOSTS


def _pinned(parts: SplitResult) -> str:
    """Look the name up once and return an address of it; all of them must be public."""
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundFailed(f"{parts.hostname} cannot be found.") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not _may_be_internal(parts):
        for address in addresses:
            if not is_public(ipaddress.ip_address(address)):
                raise OutboundRefused(
                    f"{parts.hostname} leads to an internal address. An installation may allow it by name in "
                    "RAPPORT_INTERNAL_HOSTS."
                )
    return addresses[0]


def is_public(address: Address) -> bool:
    """Say whether an address is on the open Internet, looking through addresses that carry another inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and any(address in each for each in NAT64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and int(address) >> 32 == 0:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return address.ipv4_mapped is None and address not in NAT64[1] and is_public(inner)
    if any(address in each for each in NOT_PUBLIC if each.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
