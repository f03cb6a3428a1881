"""All addresses. Each module brings its own, with full paths, in its ``urls.py``; it is listed here once it has some."""

from django.urls import URLPattern, URLResolver, include, path

MODULES_WITH_PAGES: list[str] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{module}.urls")) for module in MODULES_WITH_PAGES
]

handler400 = "rapport.config.refusals.bad_request"
handler403 = "rapport.config.refusals.forbidden"
handler404 = "rapport.config.refusals.not_found"
handler500 = "rapport.config.refusals.failed"
