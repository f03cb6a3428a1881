"""What customers ask about their data, by API: with a token that grants it, never with a person's session."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.customers.queries import found_by
from rapport.privacy import actions, packages, queries, retention
from rapport.privacy.access import access_customer, access_package

if TYPE_CHECKING:
    from rapport.accounts.models import ApiToken
    from rapport.customers.models import Customer
    from rapport.privacy.models import Package, Request

router = Router(tags=["Personal data"])
LONGEST_PAGE = 1000
AT = "/programmes/{slug:key}/privacy"
AS_ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}
HANDLES = declares(Door("token", (Right.HANDLE_PERSONAL_DATA,)))
SETS = declares(Door("token", (Right.MANAGE_PROGRAMME,)))


class Told(Schema):
    """Who is meant: the partner's key, an e-mail address or a telephone number, exactly."""

    told: str = Field(min_length=1, max_length=254)


class CustomerOut(Schema):
    """A customer and whether its data may be used."""

    id: UUID
    key: str
    standing: Literal["active", "restricted", "erased"]
    since: datetime | None
    held: bool


class Asked(Schema):
    """What a customer asks for."""

    customer: UUID
    kind: Literal["access", "correction", "restriction", "erasure", "objection"]
    proof: Literal["called_back", "signed_in", "document", "partner", "none"] = "none"
    note: str = Field("", max_length=300)
    received_on: date | None = None


class RequestOut(Schema):
    """A customer's request and where it is."""

    id: UUID
    cursor: int
    customer: UUID
    kind: str
    proof: str
    received_on: date
    due_on: date
    status: Literal["open", "done", "refused"]
    closed_at: datetime | None


class Listed(Schema):
    """Which part of the list is wanted."""

    after: int = Field(0, ge=0, le=2**62, description="The last cursor seen")
    limit: int = Field(100, ge=1, le=LONGEST_PAGE)


class RequestPage(Schema):
    """Some requests, in the order they were recorded."""

    items: list[RequestOut]
    next: int | None


class Answer(Schema):
    """How a request was answered."""

    done: bool


class HoldIn(Schema):
    """Why a customer's data must be kept, and until when."""

    why: str = Field(min_length=1, max_length=300)
    until: date | None = None


class Wanted(Schema):
    """What is to be in a package."""

    with_sensitive: bool = False
    why: str = Field("", max_length=300)


class PackageOut(Schema):
    """A copy of a customer's data, and whether it can be taken."""

    id: UUID
    customer: UUID
    state: Literal["making", "ready", "taken", "expired"]
    with_sensitive: bool
    bytes: int
    expires_at: datetime | None


class Confirmed(Schema):
    """The customer's key, written by who decides that the person goes."""

    confirmed: str = Field(max_length=100)


class Erased(Schema):
    """How many rows held something of the person."""

    rows: int


class Rule(Schema):
    """How many months a kind of data is kept (0: until erased), and how much would go tonight."""

    kind: str
    months: int
    would_go: int
    last_run_at: datetime | None
    last_rows: int


@router.post(f"{AT}/find", response=list[CustomerOut], summary="Find customers")
@HANDLES
def find(request: HttpRequest, key: str, who: Told) -> list[dict[str, Any]]:
    """Find customers, whatever their standing. It is a POST so that no address stands in a log."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        found = found_by(token.programme, who.told)
        note_look(
            lookers.program(request, token),
            what="search",
            right=Right.HANDLE_PERSONAL_DATA,
            count=len(found),
            why="handling personal data",
        )
        return [_customer(one) for one in found]


@router.get(f"{AT}/customers/{{uuid:customer}}", response=CustomerOut, summary="Get a customer's standing")
@HANDLES
def get_customer(request: HttpRequest, key: str, customer: UUID) -> dict[str, Any]:
    """Say whether a customer's data is in use, restricted, erased, or held."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        return _customer(access_customer(token.programme, customer))


@router.get(f"{AT}/requests", response=RequestPage, summary="List requests")
@HANDLES
def list_requests(request: HttpRequest, key: str, page: Query[Listed]) -> dict[str, Any]:
    """List what customers asked for, in the order it was recorded."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        found = queries.listed_requests(token.programme, after=page.after, limit=page.limit)
        return {
            "items": [_request(one) for one in found],
            "next": found[-1].pk if len(found) == page.limit else None,
        }


@router.post(f"{AT}/requests", response={201: RequestOut}, summary="Record a request")
@HANDLES
def open_request(request: HttpRequest, key: str, asked: Asked) -> Status[dict[str, Any]]:
    """Record what a customer asks for; it is due within 30 days."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        made = actions.open_request(
            programme=token.programme,
            customer_id=asked.customer,
            kind=asked.kind,
            proof=asked.proof,
            note=asked.note,
            received_on=asked.received_on,
            actor=_actor(token),
        )
        return Status(201, _request(made))


@router.post(f"{AT}/requests/{{uuid:asked}}/answer", response=RequestOut, summary="Close a request")
@HANDLES
def close_request(request: HttpRequest, key: str, asked: UUID, answer: Answer) -> dict[str, Any]:
    """Say that a request was answered, or refused."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        return _request(
            actions.close_request(
                programme=token.programme, request_id=asked, done=answer.done, actor=_actor(token)
            )
        )


@router.post(f"{AT}/customers/{{uuid:customer}}/restrict", response=CustomerOut, summary="Restrict")
@HANDLES
def restrict(request: HttpRequest, key: str, customer: UUID) -> dict[str, Any]:
    """Keep the customer's data and no longer use it."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        actions.restrict(programme=token.programme, customer_id=customer, actor=_actor(token))
        return _customer(access_customer(token.programme, customer))


@router.post(f"{AT}/customers/{{uuid:customer}}/release", response=CustomerOut, summary="Lift a restriction")
@HANDLES
def release(request: HttpRequest, key: str, customer: UUID) -> dict[str, Any]:
    """Let the customer's data be used again."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        actions.release(programme=token.programme, customer_id=customer, actor=_actor(token))
        return _customer(access_customer(token.programme, customer))


@router.post(f"{AT}/customers/{{uuid:customer}}/hold", response=CustomerOut, summary="Place a legal hold")
@HANDLES
def hold(request: HttpRequest, key: str, customer: UUID, told: HoldIn) -> dict[str, Any]:
    """Have the customer's data kept, whatever else says that it should go."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        actions.place_hold(
            programme=token.programme, customer_id=customer, why=told.why, until=told.until, actor=_actor(token)
        )
        return _customer(access_customer(token.programme, customer))


@router.post(f"{AT}/customers/{{uuid:customer}}/lift", response=CustomerOut, summary="Lift a legal hold")
@HANDLES
def lift(request: HttpRequest, key: str, customer: UUID) -> dict[str, Any]:
    """Let go of the duty to keep the customer's data."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        actions.lift_hold(programme=token.programme, customer_id=customer, actor=_actor(token))
        return _customer(access_customer(token.programme, customer))


@router.post(f"{AT}/customers/{{uuid:customer}}/erase", response=Erased, summary="Erase")
@HANDLES
def erase(request: HttpRequest, key: str, customer: UUID, told: Confirmed) -> dict[str, int]:
    """Let the person go, for good; facts stay. Erasing again changes nothing."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        rows = actions.erase(
            programme=token.programme, customer_id=customer, confirmed=told.confirmed, actor=_actor(token)
        )
        return {"rows": rows}


@router.post(
    f"{AT}/customers/{{uuid:customer}}/packages", response={202: PackageOut}, summary="Have a package made"
)
@HANDLES
def ask_package(request: HttpRequest, key: str, customer: UUID, wanted: Wanted) -> Status[dict[str, Any]]:
    """Have a copy of the customer's data made; it is ready within a minute."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        made = packages.ask(
            programme=token.programme,
            customer_id=customer,
            with_sensitive=wanted.with_sensitive,
            why=wanted.why,
            actor=_actor(token),
        )
        return Status(202, _package(made))


@router.get(f"{AT}/packages/{{uuid:package}}", response=PackageOut, summary="Get a package's state")
@HANDLES
def get_package(request: HttpRequest, key: str, package: UUID) -> dict[str, Any]:
    """Say whether a package can be taken."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        return _package(access_package(token.programme, package))


@router.post(
    f"{AT}/packages/{{uuid:package}}/take", response={200: None}, summary="Take a package", openapi_extra=AS_ZIP
)
@HANDLES
def take_package(request: HttpRequest, key: str, package: UUID) -> HttpResponse:
    """Take the package as a ZIP, once; then it is gone here."""
    with token_for(request, key, Right.HANDLE_PERSONAL_DATA) as token:
        content = packages.take(by=lookers.program(request, token), package_id=package)
    return HttpResponse(content, content_type="application/zip", headers={"Cache-Control": "no-store"})


@router.get(f"{AT}/retention", response=list[Rule], summary="List retention periods")
@SETS
def list_periods(request: HttpRequest, key: str) -> list[retention.Rule]:
    """List how long each kind of data is kept, and how much would go tonight."""
    with token_for(request, key, Right.MANAGE_PROGRAMME) as token:
        return retention.rules_of(token.programme)


def _actor(token: ApiToken) -> str:
    return f"token:{token.public_id}"


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.public_id,
        "key": customer.key,
        "standing": customer.standing,
        "since": customer.standing_since,
        "held": queries.hold_on(customer.programme, customer.pk) is not None,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "id": request.public_id,
        "cursor": request.pk,
        "customer": request.customer.public_id,
        "kind": request.kind,
        "proof": request.proof,
        "received_on": request.received_on,
        "due_on": request.due_on,
        "status": request.status,
        "closed_at": request.closed_at,
    }


def _package(package: Package) -> dict[str, Any]:
    return {
        "id": package.public_id,
        "customer": package.customer.public_id,
        "state": package.state,
        "with_sensitive": package.with_sensitive,
        "bytes": package.bytes_made,
        "expires_at": package.expires_at,
    }
