"""Answers a browser understands: pages, fragments, redirects and errors, with or without htmx."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader

Context = Mapping[str, Any]
SAID = "said"

# status: what happened, what is safe, what to do next
_WORDS = {
    400: ("This could not be read", "Nothing was changed.", "Go back, reload the page and try again."),
    403: (
        "Your role does not include this",
        "Nothing was changed, and nothing is wrong with your account.",
        "Ask the programme's supervisor if you need it for your work.",
    ),
    404: ("There is nothing here", "Nothing was lost.", "Check the address, or go back to where you were."),
    405: (
        "This address only takes what a form sends",
        "Nothing was changed.",
        "Go back to the page with the form, or to where you work.",
    ),
    409: (
        "This has changed meanwhile",
        "What others did is kept.",
        "Go back and reload to see how it stands now.",
    ),
    422: ("Something is missing or wrong", "Nothing was changed.", "Go back, correct it and send it again."),
    429: ("Too many at once", "Nothing was changed.", "Wait a minute, then try again."),
    500: (
        "Something broke on our side",
        "Everything saved before is safe; the last step may not have been.",
        "Reload and look whether it is there. If it happens again, tell your supervisor the time.",
    ),
    503: (
        "We are not quite ready",
        "Everything that was saved is safe.",
        "This page tries again by itself every few seconds.",
    ),
}


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asked, and for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def render(
    request: HttpRequest, template: str, context: Context | None = None, *, status: int = 200
) -> HttpResponse:
    """Return the Jinja2 ``template`` ("desk/desk.html") as a page or fragment with ``status``."""
    return HttpResponse(loader.render_to_string(template, dict(context or {}), request), status=status)


def page_or_fragment(
    request: HttpRequest, page: str, fragment: str, context: Context, *, status: int = 200
) -> HttpResponse:
    """Return ``fragment`` to htmx and the whole ``page`` to everyone else."""
    return render(request, fragment if wants_fragment(request) else page, context, status=status)


def redirect(request: HttpRequest, to: str, *, said: str = "") -> HttpResponse:
    """Send the browser to ``to``, an address of ours; htmx loads it as a new page. It says once what was done."""
    if said:
        request.session[SAID] = said
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return HttpResponseRedirect(to)


def said(request: HttpRequest) -> str:
    """Return what ``redirect`` left to be said on the next page of the staff's, once."""
    return str(request.session.pop(SAID, "")) if hasattr(request, "session") else ""


def announce(response: HttpResponse, words: str, *, shown: bool = True) -> HttpResponse:
    """Have ``words`` said by screen readers when the answer arrives, and ``shown`` for a moment."""
    response.headers["Rapport-Announce" if shown else "Rapport-Say"] = quote(words)
    return response


def notify(response: HttpResponse, *names: str) -> HttpResponse:
    """Have the events ``live:<name>`` fired in the page, so that other parts refetch themselves."""
    response.headers["Rapport-Live"] = ",".join(names)
    return response


def error(
    request: HttpRequest,
    status: int,
    message: str = "",
    *,
    title: str = "",
    steps: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Say what happened, what is safe and what to do next, as a page, or as a notice for htmx.

    ``title`` and ``steps`` (words, and an address of ours or an empty text) stand in place of the general words.
    """
    general, safe, next_step = _WORDS.get(status, _WORDS[500])
    context = {
        "status": status,
        "title": title or general,
        "message": message,
        "safe": safe,
        "steps": steps or [(next_step, "")],
    }
    if request.headers.get("HX-Request") != "true":
        return render(request, "kit/error.html", context, status=status)
    response = render(request, "kit/error_fragment.html", context, status=status)
    response.headers["HX-Retarget"] = "#notices"  # a refusal never replaces the part that asked
    response.headers["HX-Reswap"] = "innerHTML"
    return response
