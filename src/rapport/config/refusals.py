"""What a person sees when a request is refused or fails: a page, a fragment for htmx, or JSON."""

import logging
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse

from rapport.kit import away, pages
from rapport.kit.errors import DomainError
from rapport.kit.limits import TooMany

logger = logging.getLogger("rapport.web")

SORRY = "Something broke on our side. Reload the page to see how things stand, then try again."


def answer(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    message: str,
    title: str = "",
    steps: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Return the refusal in the form this request can show."""
    if _wants_json(request):
        return JsonResponse({"error": {"code": code, "message": message}}, status=status)
    return pages.error(request, status, message, title=title, steps=steps)


def of(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the answer for an error a person can act on."""
    response = answer(
        request,
        status=error.status,
        code=error.code,
        message=str(error),
        title=error.title,
        steps=error.steps,
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.again_in)
    return expected(response)


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that the database gave no answer (503), and when to come back."""
    away.tell(logger, error, f"answering {request.path!r} with 503")
    message = "Nothing that was saved is lost. Try again in a few seconds; what you have typed stays on your page."
    response = answer(request, status=503, code="database_away", message=message)
    response.headers["Retry-After"] = "5"
    return expected(response)


def there_already(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that what was sent is there already (409): an action did not foresee that two send it at once."""
    logger.error("a row is there already; answering %r with 409", request.path, exc_info=error)
    message = "This is there already, or somebody did the same at the same moment. Look at the page again."
    return answer(request, status=409, code="conflict", message=message)


def not_storable(request: HttpRequest) -> HttpResponse:
    """Say that a text holds the one character (NUL) that no text in the database can hold; no person types it."""
    message = "A text contains a character that cannot be stored. Type it again, without pasting."
    return answer(request, status=422, code="invalid", message=message)


def expected(response: HttpResponse) -> HttpResponse:
    """Mark an answer as one that needs no alarm: Django logs every other 5xx as an error."""
    response._has_been_logged = True  # type: ignore[attr-defined] # Django's own mark, see log_response()
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was too old, or came from elsewhere."""
    message = "This page was open for too long, or was sent from elsewhere. Reload it and try again."
    return answer(request, status=403, code="csrf", message=message)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a request Django could not read."""
    message = "The request could not be read. Go back, reload the page and try again."
    return answer(request, status=400, code="bad_request", message=message)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for PermissionDenied."""
    message = str(exception) or "Your role does not include this. Ask your supervisor."
    return answer(request, status=403, code="forbidden", message=message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address nobody has, or that is not this person's to see."""
    message = "There is nothing at this address, or it is not yours to see."
    return answer(request, status=404, code="not_found", message=message)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours; never fails itself."""
    try:
        return answer(request, status=500, code="fault", message="")
    except Exception:  # the page itself is broken: say it in plain words
        logger.exception("the page for failures failed")
        return HttpResponse(SORRY, status=500, content_type="text/plain; charset=utf-8")
