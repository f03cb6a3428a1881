"""The door of SCIM: who may come in, how answers and refusals look (RFC 7644)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    ConflictException,
    Error,
    ForbiddenException,
    InvalidSyntaxException,
    InvalidValueException,
    NotFoundException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
    UniquenessException,
)

from rapport.accounts.access import access_token
from rapport.accounts.doors import Door, View, declares, entering
from rapport.accounts.roles import Right
from rapport.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from rapport.provisioning.resources import SERVICE

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Programme

MEDIA_TYPE = "application/scim+json"
LARGEST = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Caller:
    """A directory that was let in."""

    programme: Programme
    actor: str
    base: str  # the address of this programme's SCIM service


def scim_door(view: View) -> View:
    """Wrap a view under ``/scim/v2/<programme>/``; it is called with the request and the caller."""

    @csrf_exempt
    @declares(Door("token", (Right.PROVISION_PEOPLE,)))
    @wraps(view)
    def enter(request: HttpRequest, programme: str, **named: Any) -> HttpResponseBase:
        try:
            with SERVICE, _let_in(request, programme) as caller:
                return view(request, caller, **named)
        except (SCIMException, ValidationError, DomainError, IntegrityError, DataError) as error:
            return refusal(error)
        except RequestDataTooBig:
            return refusal(PayloadTooLargeException(detail="A request has 1 MB at most."))

    return enter


@contextmanager
def _let_in(request: HttpRequest, key: str) -> Iterator[Caller]:
    """Run the block in one transaction inside the programme whose token the request carries."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise UnauthorizedException(detail=WHO)
    with ExitStack() as stack:
        try:
            programme = stack.enter_context(entering(key))
            token = access_token(secret.strip(), key, Right.PROVISION_PEOPLE)
        except NotFound as error:
            raise UnauthorizedException(detail=WHO) from error
        base = request.build_absolute_uri(f"/scim/v2/{key}")
        yield Caller(programme=programme, actor=f"token:{token.public_id}", base=base)


WHO = "Send a token of this programme as: Authorization: Bearer <token>."


def body(request: HttpRequest) -> bytes:
    """Return what was sent, if it can be SCIM at all."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise PayloadTooLargeException(detail="A request has 1 MB at most.")
    if request.content_type not in (MEDIA_TYPE, "application/json"):
        raise InvalidSyntaxException(detail=f"Send {MEDIA_TYPE}.")
    return request.body


def answer(content: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return an answer in SCIM's media type; nobody may keep it."""
    response = JsonResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def refusal(error: Exception) -> HttpResponse:
    """Return a refusal in SCIM's shape."""
    found = _as_scim(error)
    status = int(found.status or 400)
    response = answer(found.model_dump(), status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _as_scim(error: Exception) -> Error:
    if isinstance(error, ValidationError):
        return Error.from_validation_errors(error)[0]
    if isinstance(error, SCIMException):
        return error.to_error()
    kinds: list[tuple[type[Exception], type[SCIMException]]] = [
        (NotFound, NotFoundException),
        (Forbidden, ForbiddenException),
        (Conflict, UniquenessException),
        (IntegrityError, ConflictException),
        (Invalid, InvalidValueException),
        (DataError, InvalidValueException),
    ]
    kind = next((scim for ours, scim in kinds if isinstance(error, ours)), InvalidValueException)
    told = str(error) if isinstance(error, DomainError) else "This cannot be kept."
    return kind(detail=told).to_error()
