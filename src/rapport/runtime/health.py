"""/healthz and /readyz: what is true of this installation now."""

import logging
import urllib.error
import urllib.request
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from rapport.accounts import queries as accounts
from rapport.accounts.doors import open_page
from rapport.config import home, refusals
from rapport.jobs import queries as jobs
from rapport.kit.env import SettingError
from rapport.routing import router
from rapport.runtime import migrating

logger = logging.getLogger("rapport.web")
_migrated = False


@require_safe
@open_page("says that the process lives, and nothing else")
def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the web process lives; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
@open_page("says which parts work, and nothing of any programme")
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything needed to serve a contact works, else 503; either way say what is wrong."""
    found = checks()
    is_ready = all(said == "ok" for said in found.values())
    body = {"ready": is_ready, "checks": found}
    response = JsonResponse(body, status=200 if is_ready else 503, headers={"Cache-Control": "no-store"})
    return refusals.expected(response)


def checks() -> dict[str, str]:
    """Return for each part "ok", or what is wrong with it."""
    tried: dict[str, Callable[[], str]] = {
        "database": _database,
        "migrations": _migrations,
        "router": _router,
        "worker": _worker,
        "live": _live,
    }
    found: dict[str, str] = {}
    for name, check in tried.items():
        needs_database = name in ("migrations", "router", "worker")
        found[name] = (
            "unknown while the database is away" if needs_database and found["database"] != "ok" else check()
        )
    return found


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError, SettingError) as error:
        connection.close()
        logger.warning("the database is away: %s", str(error).strip().splitlines()[0])
        return "away; the log says why"  # whoever asks may be anybody
    return "ok"


def _migrations() -> str:
    global _migrated
    _migrated = _migrated or migrating.are_applied()
    return "ok" if _migrated else "some are not applied; run `rapport migrate`"


def _router() -> str:
    programmes, led = len(accounts.programme_keys()), router.led_programmes()
    return "ok" if led >= programmes else f"{programmes - led} of {programmes} programmes have no router"


def _worker() -> str:
    return "ok" if jobs.is_worker_alive() else "no worker has given a sign of life for 30 seconds"


def _live() -> str:
    try:
        with urllib.request.urlopen(f"{home.nearby(settings.PORT + 1)}/healthz", timeout=2):  # noqa: S310 - our own address
            return "ok"
    except (urllib.error.URLError, OSError) as error:
        return f"does not answer: {getattr(error, 'reason', error)}"


urlpatterns = [path("healthz", alive, name="healthz"), path("readyz", ready, name="readyz")]
