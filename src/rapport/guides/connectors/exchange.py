"""One exchange with a partner's system: the request as it is sent, and what its answer means. No database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rapport.guides.connectors.definition import Connector, Transaction, look
from rapport.kit import outbound, redaction
from rapport.kit.errors import DomainError

LARGEST = 256 * 1024  # bytes of an answer
LONGEST_SAID = 300
BUSY = (408, 425, 429, 503)  # it says itself that it did nothing


@dataclass(frozen=True, slots=True)
class Request:
    """A transaction as it goes out."""

    connector: Connector
    transaction: Transaction
    key: str
    secret: str = field(repr=False)
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``again``: it may be tried again; ``is_uncertain``: it may have been done all the same."""

    state: Literal["done", "refused", "again", "failed"]
    status: int | None = None
    said: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    is_uncertain: bool = False


def send(request: Request, *, seconds: float | None = None) -> Outcome:
    """Send it once, and return what came of it."""
    to, does = request.connector, request.transaction
    body = None if does.method == "GET" else json.dumps(request.body, default=str).encode()
    try:
        answer = outbound.send(
            does.method,
            to.base.rstrip("/") + request.path,
            body,
            headers=_headers(request),
            seconds=seconds or to.seconds,
            largest=LARGEST,
        )
    except (outbound.OutboundUnanswered, outbound.AnswerRefused) as error:
        return Outcome("again", said=str(error), is_uncertain=True)
    except outbound.OutboundFailed as error:
        return Outcome("again", said=str(error))
    except DomainError as error:
        return Outcome("failed", said=str(error))
    return meaning(to, does, answer.status, answer.body)


def meaning(to: Connector, does: Transaction, status: int, body: bytes) -> Outcome:
    """Return what an answer means."""
    told, is_readable = _read(body)
    if status in BUSY:
        return Outcome("again", status, f"{to.name} is busy ({status}).")
    if status >= 500:
        return Outcome("again", status, f"{to.name} answered that it failed ({status}).", is_uncertain=True)
    if not 200 <= status < 300:
        return Outcome("refused", status, _said(does, told) or f"{to.name} refused it ({status}).")
    if not is_readable and (does.gives or does.done):
        return Outcome("again", status, f"What {to.name} answered cannot be read.", is_uncertain=True)
    if does.done is not None and not _is_among(look(told, does.done.at), does.done.is_):
        return Outcome("refused", status, _said(does, told) or f"{to.name} did not do it.")
    return Outcome("done", status, given=does.taken(told))


def _headers(request: Request) -> dict[str, str]:
    to = request.connector
    headers = {"Accept": "application/json", "User-Agent": "Rapport", **to.headers}
    if request.transaction.method != "GET":
        headers["Content-Type"] = "application/json"
    if to.key_in:
        headers[to.key_in] = request.key
    if to.secret_in and request.secret:
        headers[to.secret_in] = f"{to.secret_after}{request.secret}"
    return headers


def _read(body: bytes) -> tuple[Any, bool]:
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return None, False


def _said(does: Transaction, told: Any) -> str:
    said = look(told, does.says) if does.says else None
    return redaction.mask(" ".join(said.split())).text[:LONGEST_SAID] if isinstance(said, str) else ""


def _is_among(value: Any, wanted: list[Any]) -> bool:
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in wanted)
