"""What a person sees when a request is refused or fails: a page, a fragment for htmx, or JSON."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import format_html

logger = logging.getLogger("rapport.web")

TITLES = {
    400: "That request could not be read",
    403: "You may not do this",
    404: "Nothing here",
    409: "This has changed meanwhile",
    422: "Something is missing or wrong",
    429: "Too many at once",
    500: "Something broke on our side",
    503: "The database is away",
}


def answer(request: HttpRequest, *, status: int, code: str, message: str) -> HttpResponse:
    """Return the refusal in the form this request can show."""
    if _wants_json(request):
        return JsonResponse({"error": {"code": code, "message": message}}, status=status)
    title = TITLES.get(status, "That was refused")
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "kit/error_fragment.html" if is_fragment else "kit/error.html"
    context = {"status": status, "code": code, "title": title, "message": message}
    try:
        body = render_to_string(name, context, request=request)
    except TemplateDoesNotExist:
        body = _plain(title, message, is_fragment=is_fragment)
    return HttpResponse(body, status=status)


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def _plain(title: str, message: str, *, is_fragment: bool) -> str:
    """Return the words alone, for when the page itself is what fails."""
    if is_fragment:
        return format_html('<div role="alert"><strong>{}</strong> {}</div>', title, message)
    return format_html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title></head>'
        "<body><main><h1>{0}</h1><p>{1}</p></main></body></html>",
        title,
        message,
    )


def database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that the database is away (503), and when to come back."""
    logger.warning("database away while answering %s: %s", request.path, str(error).strip().split("\n")[0])
    message = (
        "Nothing that was saved is lost. Try again in a few seconds; what you have typed stays on your page."
    )
    response = answer(request, status=503, code="database_away", message=message)
    response.headers["Retry-After"] = "5"
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
    message = (
        "What you did last may not have been saved. Reload the page to see how things stand, then try again."
    )
    try:
        return answer(request, status=500, code="fault", message=message)
    except Exception:  # the page itself is broken: say it in plain words
        logger.exception("the page for failures failed")
        return HttpResponse(_plain(TITLES[500], message, is_fragment=False), status=500)
