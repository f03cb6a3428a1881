"""The telephone system's door: three generic events, as JSON or as a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import programme_for
from rapport.channels.cti import actions
from rapport.channels.cti.forms import read
from rapport.feeds import actions as feeds
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LARGEST = 64 * 1024  # bytes


@csrf_exempt
@require_POST
@declares(Door("token", (Right.REPORT_CALLS,)))
def take_event(request: HttpRequest, programme_key: str) -> HttpResponse:
    """Take one event of a call; the same event again answers the same and changes nothing."""
    with programme_for(request, programme_key, Right.REPORT_CALLS, in_address=True) as programme:
        feeds.require_running(programme, "cti")
        feeds.heard(programme=programme, feed="cti")
        contact = actions.take(programme=programme, told=read(_sent(request)))
    return JsonResponse({"contact": str(contact.public_id)})


def _sent(request: HttpRequest) -> Mapping[str, Any]:
    if len(request.body) > LARGEST:
        raise Invalid(f"An event of a call fits into {LARGEST // 1024} KB.")
    if request.content_type != "application/json":
        return {key: values if len(values) > 1 else values[0] for key, values in request.POST.lists()}
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise Invalid("The body must be a JSON object.")
    return sent
