"""All addresses: each module's own ``urls.py`` has them with full paths, and is listed here."""

from django.urls import URLPattern, URLResolver, include, path

MODULES_WITH_PAGES: list[str] = [
    "rapport.accounts",
    "rapport.signin",
    "rapport.provisioning",
    "rapport.feeds",
    "rapport.desk",
    "rapport.partner",
    "rapport.portal",
    "rapport.floor",
    "rapport.record",
    "rapport.studio",
    "rapport.quality",
    "rapport.quality.monitoring",
    "rapport.quality.repeats",
    "rapport.learning",
    "rapport.learning.certification",
    "rapport.learning.practice",
    "rapport.coaching",
    "rapport.recognition",
    "rapport.recognition.awards",
    "rapport.recognition.staff",
    "rapport.recognition.kudos",
    "rapport.recognition.rewards",
    "rapport.recognition.mailing",
    "rapport.insight",
    "rapport.privacy",
    "rapport.api",
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("rapport.runtime.health")),
    path("", include("rapport.runtime.machine")),
    *(path("", include(f"{module}.urls")) for module in MODULES_WITH_PAGES),
]

handler400 = "rapport.config.refusals.bad_request"
handler403 = "rapport.config.refusals.forbidden"
handler404 = "rapport.config.refusals.not_found"
handler500 = "rapport.config.refusals.failed"
