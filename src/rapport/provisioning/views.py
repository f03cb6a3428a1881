"""SCIM 2.0 (RFC 7644): a partner's directory tells of people and groups. Thin over kinds and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from scim2_models import (
    Context,
    InvalidFilterException,
    ListResponse,
    NotFoundException,
    PatchOp,
    PayloadTooLargeException,
    PreconditionFailedException,
    ResponseParameters,
    SCIMException,
    SearchRequest,
)

from rapport.kit.turns import Turn, take_turns
from rapport.provisioning.door import answer, body, scim_door
from rapport.provisioning.kinds import KINDS, Kind, comparable, is_id, version
from rapport.provisioning.resources import MOST_RESULTS, SERVICE, Group, Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from scim2_models import Resource

    from rapport.provisioning.door import Caller

LONGEST_FILTER = 2000
MOST_OPERATIONS = 500


class WrongMethod(SCIMException):
    """The address knows other methods."""

    status = 405


@scim_door
def collection(request: HttpRequest, caller: Caller, path: str) -> HttpResponse:
    """List or search a kind of resource, or add one."""
    kind = KINDS[path](caller)
    if request.method == "GET":
        return _listed(kind, _asked(request.GET.dict(), kind.model))
    if request.method != "POST":
        raise WrongMethod(detail="Use GET or POST.")
    parameters = _parameters(request, kind)
    told = kind.model.model_validate_json(body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    take_turns(Turn.DIRECTORIES, caller.programme.pk)
    row = kind.add(told)
    return _one(kind, kind.find(str(row.public_id)), Context.RESOURCE_CREATION_RESPONSE, parameters, status=201)


@scim_door
def search(request: HttpRequest, caller: Caller, path: str) -> HttpResponse:
    """List a kind of resource by a query in the body."""
    if request.method != "POST":
        raise WrongMethod(detail="Use POST.")
    kind = KINDS[path](caller)
    model: Any = kind.model
    asked = SearchRequest[model].model_validate_json(body(request), scim_ctx=Context.SEARCH_REQUEST)
    return _listed(kind, _within_limits(asked))


@scim_door
def single(request: HttpRequest, caller: Caller, path: str, number: str) -> HttpResponse:
    """Show, replace, patch or remove one resource."""
    kind = KINDS[path](caller)
    if request.method == "GET":
        row = kind.find(number)
        if version(row) in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers={"ETag": version(row)})
        return _one(kind, row, Context.RESOURCE_QUERY_RESPONSE, _parameters(request, kind))
    if request.method not in ("PUT", "PATCH", "DELETE"):
        raise WrongMethod(detail="Use GET, PUT, PATCH or DELETE.")
    take_turns(Turn.DIRECTORIES, caller.programme.pk)
    row = kind.find(number)
    wanted = request.headers.get("If-Match", "*")
    if wanted != "*" and version(row) not in wanted:
        raise PreconditionFailedException(detail="This was changed meanwhile. Read it again, then try again.")
    if request.method == "DELETE":
        kind.remove(row)
        return HttpResponse(status=204)
    change = _replace if request.method == "PUT" else _patch
    context = change(request, kind, row)
    return _one(kind, kind.find(number), context, _parameters(request, kind))


@scim_door
def about(request: HttpRequest, caller: Caller, what: str, which: str = "") -> HttpResponse:
    """Describe this service: what it can do, which resources it has and what they are made of."""
    if request.method != "GET":
        raise WrongMethod(detail="Use GET.")
    if "filter" in request.GET:
        raise WrongFilter(detail="What a service says of itself cannot be filtered.")
    if what == "ServiceProviderConfig":
        assert SERVICE.config is not None
        return answer(_described(SERVICE.config, caller, what))
    found: Iterable[Resource[Any]] = SERVICE.schemas if what == "Schemas" else SERVICE.resource_types
    shown = [_described(each, caller, f"{what}/{each.id}") for each in found]
    if not which:
        head = {"schemas": [str(ListResponse.__schema__)], "totalResults": len(shown)}
        return answer({**head, "itemsPerPage": len(shown), "startIndex": 1, "Resources": shown})
    one = next((each for each in shown if str(each["id"]).lower() == which.lower()), None)
    if one is None:
        raise NotFoundException(detail="There is no such description here.")
    return answer(one)


class WrongFilter(SCIMException):
    """RFC 7644, section 4: a filter on discovery is forbidden."""

    status = 403


@scim_door
def search_everything(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Search people and groups at once."""
    if request.method != "POST":
        raise WrongMethod(detail="Use POST.")
    both: Any = Person | Group
    asked = SearchRequest[both].model_validate_json(body(request), scim_ctx=Context.SEARCH_REQUEST)
    rows = [one for kind in KINDS.values() for one in map(kind(caller).shown, kind(caller).rows())]
    return _page(rows, _within_limits(asked))


@scim_door
def nothing(request: HttpRequest, caller: Caller, rest: str = "") -> HttpResponse:
    """Answer for every other address."""
    raise NotFoundException(detail="There is nothing at this address.")


def _asked(sent: dict[str, str], model: Any) -> SearchRequest[Any]:
    """Return the query in an address, of which names are read in any case."""
    names = ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")
    lower = {key.lower(): value for key, value in sent.items()}
    known = {name: lower[name.lower()] for name in names if lower.get(name.lower())}
    if len(known.get("filter", "")) > LONGEST_FILTER:
        raise InvalidFilterException(detail=f"A filter has {LONGEST_FILTER} characters at most.")
    return _within_limits(SearchRequest[model].model_validate(known))


def _within_limits(asked: SearchRequest[Any]) -> SearchRequest[Any]:
    if len(str(asked.filter or "")) > LONGEST_FILTER:
        raise InvalidFilterException(detail=f"A filter has {LONGEST_FILTER} characters at most.")
    asked.count = min(MOST_RESULTS if asked.count is None else asked.count, MOST_RESULTS)
    return asked


def _parameters(request: HttpRequest, kind: Kind[Any]) -> ResponseParameters[Any]:
    model: Any = kind.model
    asked = {key: request.GET[key] for key in ("attributes", "excludedAttributes") if key in request.GET}
    return ResponseParameters[model].model_validate(asked)


def _listed(kind: Kind[Any], asked: SearchRequest[Any]) -> HttpResponse:
    """Answer a query. Without filter and order the database cuts the page; else we compare here."""
    if asked.filter is not None or asked.sort_by is not None:
        return _page(map(kind.shown, _narrowed(kind, asked)), asked)
    rows = kind.rows()[asked.start_index_0 : asked.stop_index_0]
    return _told(list(map(kind.shown, rows)), asked, total=kind.rows().count())


def _page(resources: Iterable[Any], asked: SearchRequest[Any]) -> HttpResponse:
    """Answer with those of the resources that the query asks for."""
    found = asked.sort([one for one in resources if asked.filter is None or asked.filter.match(one)])
    return _told(found[asked.start_index_0 : asked.stop_index_0], asked, total=len(found))


def _told(page: list[Any], asked: SearchRequest[Any], *, total: int) -> HttpResponse:
    context = Context.RESOURCE_QUERY_RESPONSE
    shown = [each.model_dump(scim_ctx=context, response_parameters=asked) for each in page]
    head = {"schemas": [str(ListResponse.__schema__)], "totalResults": total, "startIndex": asked.start_index or 1}
    return answer({**head, "itemsPerPage": len(shown), "Resources": shown})


def _narrowed(kind: Kind[Any], asked: SearchRequest[Any]) -> QuerySet[Any]:
    """Return the rows a filter can be true of; one that asks for a name or an id finds it by its index."""
    rows = kind.rows()
    tree = asked.filter.ast if asked.filter is not None else None
    path, operator = getattr(tree, "attr_path", None), str(getattr(tree, "op", ""))
    if path is None or path.sub_attr or operator != "eq" or path.attr.lower() not in kind.columns:
        return rows
    value, column = getattr(tree, "value", None), kind.columns[path.attr.lower()]
    if not isinstance(value, str) or (column == "public_id" and not is_id(value)) or "\0" in value:
        return rows.none()
    return rows.filter(**{column: comparable(column, value)})


def _replace(request: HttpRequest, kind: Kind[Any], row: Any) -> Context:
    before = kind.shown(row)
    told = kind.model.model_validate_json(body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    if kind.completed(told, before).replace(before):
        kind.change(row, told)
    return Context.RESOURCE_REPLACEMENT_RESPONSE


def _patch(request: HttpRequest, kind: Kind[Any], row: Any) -> Context:
    model: Any = kind.model
    patch = PatchOp[model].model_validate_json(body(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    if len(patch.operations or ()) > MOST_OPERATIONS:
        raise PayloadTooLargeException(detail=f"A patch has {MOST_OPERATIONS} operations at most.")
    told = kind.shown(row)
    if patch.patch(told):
        kind.change(row, model.model_validate(told.model_dump()))
    return Context.RESOURCE_PATCH_RESPONSE


def _one(
    kind: Kind[Any], row: Any, context: Context, parameters: ResponseParameters[Any], status: int = 200
) -> HttpResponse:
    shown = kind.shown(row)
    headers = {"Location": str(shown.meta.location), "ETag": version(row)}
    content = shown.model_dump(scim_ctx=context, response_parameters=parameters)
    return answer(content, status=status, headers=headers)


def _described(one: Resource[Any], caller: Caller, path: str) -> dict[str, Any]:
    content = one.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    meta = {"resourceType": type(one).__name__, "location": f"{caller.base}/{path}"}
    return {**content, "meta": meta}
