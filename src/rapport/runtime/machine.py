"""The page of who runs the installation: what runs and what waits; no customer and no contact."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts import queries as accounts
from rapport.accounts.doors import installation_page
from rapport.config import home
from rapport.jobs import queries as jobs
from rapport.kit import pages, storage
from rapport.runtime import health, status
from rapport.signin import emergency

if TYPE_CHECKING:
    from rapport.accounts.models import User


@never_cache
@require_safe
@installation_page
def machine(request: HttpRequest, person: User) -> HttpResponse:
    """Show the processes, the checks behind ``/readyz``, the jobs and the programmes by name."""
    context = {
        "person": person,
        "processes": [_shown(each) for each in status.collect(home.home(), [])["processes"]],
        "checks": {**health.checks(), "recordings": storage.state(settings.RECORDINGS)},
        "jobs": jobs.unfinished(),
        "emergency": emergency.uses(),
        "programmes": accounts.programmes(),
    }
    return pages.page_or_fragment(request, "runtime/machine.html", "runtime/machine_parts.html", context)


def _shown(process: dict[str, Any]) -> dict[str, Any]:
    since = process["since"]
    return {**process, "since": datetime.fromisoformat(since) if since else None}


urlpatterns = [path("machine/", machine, name="machine")]
