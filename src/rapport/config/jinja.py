"""Pages by Jinja2: each module's are in its folder ``templates/<module>/``."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static as plain_static
from django.urls import reverse

from rapport.kit import filters, money, pages
from rapport.live.tickets import live_url


class Pages(Jinja2):
    """Django's Jinja2 engine, looking into ``templates/`` as people expect."""

    app_dirname = "templates"


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment of all pages; an unknown name in a page is an error, not silence."""
    chosen = {**options, "undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    chosen["autoescape"] = True
    made = jinja2.Environment(  # noqa: S701 - autoescape is on, above
        **chosen, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]
    )
    made.filters.update(filters.FILTERS | money.FILTERS)
    made.globals.update(filters.GLOBALS, static=static, url=url, live_url=live_url, said=pages.said)
    return made


def url(name: str, *arguments: Any, **named: Any) -> str:
    """Return the address of the view ``name``."""
    return reverse(name, args=arguments or None, kwargs=named or None)


def static(path: str) -> str:
    """Return the address of the static file ``path``, with a version that changes with its content."""
    version = _version(path) if not settings.RELOAD else ""
    return plain_static(path) + (f"?v={version}" if version else "")


@cache
def _version(path: str) -> str:
    found = finders.find(path)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10] if isinstance(found, str) else ""
