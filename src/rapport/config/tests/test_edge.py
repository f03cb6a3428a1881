"""The edge of the site: no page carries code of its own, nothing changes without a token, browsers are told so."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.kit import clock
from rapport.kit.ids import new_id

SRC = Path(__file__).resolve().parents[2]
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
TAKES_A_TOKEN = {  # views that no cookie opens, so that no other site can have a browser send for somebody
    "api/cti/": "a telephone system's token",
    "api/v1/": "a token; with a cookie the API only reads",
    "rally/no-more/<str:token>/": "a letter's own signed link, which stops that reader's letters and nothing else",
    "scim/v2/": "a directory's token",
    "sign-in/with/<slug:key>/assertion/": "a signed answer of the partner's sign-in service",
    "sign-in/with/<slug:key>/signed-out/": "the sign-in service's message that somebody signed out there",
}
INLINE = re.compile(r"<[^>]+\s(on[a-z]+|hx-on[:\w-]*|style)\s*=", re.IGNORECASE)


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def addresses(known: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """Yield every route as an address, with what ``known`` says and else with something of the right kind."""
    kinds = {"uuid": str(new_id()), "day": clock.now().date().isoformat(), "slug": "cards", "int": "1"}
    for route, view in routes(get_resolver()):
        plain = route.replace("^", "").replace("$", "").replace("\\Z", "")
        yield route, "/" + PART.sub(lambda part: known.get(part[2]) or kinds.get(part[1], "1"), plain), view


def known_of(contact: Any) -> dict[str, str]:
    ids = dict.fromkeys(("contact", "contact_id"), str(contact.public_id))
    return ids | {"programme": "cards", "key": "service_level", "feed": "calls"}


class Page(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.wrong += [f"<{tag} {name}>" for name in told if name.startswith(("on", "hx-on")) or name == "style"]
        code = tag == "script" and told.get("type") not in ("application/json", "application/ld+json")
        if ((code and not told.get("src")) or tag == "style") and not told.get("nonce"):
            self.wrong.append(f"<{tag}> without a nonce")
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data|vbscript):", told.get(name) or "", re.IGNORECASE):
                self.wrong.append(f"<{tag} {name}={told[name]}>")
            if re.match(r"\s*(https?:)?//", told.get(name) or "") and tag in ("script", "link", "img", "iframe"):
                self.wrong.append(f"<{tag}> from another host: {told[name]}")


def people(world: World) -> Iterator[Client]:
    yield Client()
    for role in (Role.MANAGER, Role.ADMINISTRATOR, Role.REP):
        member = accounts.ensure_member(
            programme=world.programme, agent_id=f"e-{role}", name="Somebody", role=role, password=None
        )
        client = Client()
        client.force_login(member.user)
        yield client


def test_no_page_of_the_site_carries_code_or_style_of_its_own(world: World) -> None:
    contact = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=new_id()
    )
    contacts.answer(contact, rep=world.rep, actor="test")
    seen: set[str] = set()
    wrong: list[str] = []
    for client in people(world):
        for route, address, _ in addresses(known_of(contact)):
            if route in seen or "sign-out" in route or "logout" in route:
                continue
            answer = client.get(address)
            if answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
                continue
            if answer.status_code == 200:
                seen.add(route)
            page = Page()
            page.feed(answer.content.decode())
            wrong += [f"{address}: {each}" for each in page.wrong]
            policy = answer.headers["Content-Security-Policy"]
            wrong += [f"{address}: {each}" for each in ("unsafe-inline", "unsafe-eval", "*;") if each in policy]
    assert wrong == []
    assert len(seen) > 15


def test_no_template_carries_a_handler() -> None:
    found = {
        f"{path.relative_to(SRC)}: {match.group(1)}"
        for path in SRC.rglob("templates/**/*.html")
        for match in INLINE.finditer(re.sub(r"{[{%#].*?[}%#]}", "", path.read_text(), flags=re.DOTALL))
    }
    assert found == set()


def test_no_script_makes_code_of_text() -> None:
    direct = re.compile(r"\beval\(|new Function\(|document\.write\(|setTimeout\(\s*[\"'`]")
    found = {str(path.relative_to(SRC)) for path in SRC.rglob("static/**/*.js") if direct.search(path.read_text())}
    assert found == set()


def test_nothing_changes_without_a_token_of_our_own_page(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.supervisor.user)
    open_doors, checked = [], 0
    for route, address, view in addresses({"programme": "cards"}):
        if route.startswith(tuple(TAKES_A_TOKEN)):
            continue
        if getattr(view, "csrf_exempt", False):
            open_doors.append(f"{route} is exempt")
            continue
        checked += 1
        status = client.post(address).status_code
        if status != 403:
            open_doors.append(f"{address}: {status}")
    assert [client.generic(verb, "/sign-in/").status_code for verb in ("PUT", "PATCH", "DELETE")] == [403] * 3
    assert open_doors == []
    assert checked > 30


def test_what_takes_a_token_does_nothing_for_a_cookie(world: World) -> None:
    client = Client()
    client.force_login(world.supervisor.user)
    let_in = [
        f"{method.__name__} {address}: {answer.status_code}"
        for route, address, _ in addresses({"programme": "cards", "key": "cards", "programme_key": "cards"})
        if route.startswith(("api/", "scim/")) and not route.endswith("openapi.json")
        for method in (client.post, client.put, client.patch, client.delete)
        if (answer := method(address, "{}", content_type="application/json")).status_code < 400
    ]
    assert let_in == []


def test_headers_of_every_answer(world: World) -> None:
    for address in ("/sign-in/", "/p/cards/", "/nowhere/", "/api/v1/openapi.json"):
        headers = Client().get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


BEHIND_TLS = """
import json, django
django.setup()
from django.test import Client
from django.conf import settings
answer = Client(headers={"X-Forwarded-Proto": "https", "Host": "localhost"}).get("/sign-in/")
plain = Client(headers={"Host": "localhost"}).get("/sign-in/")
hsts = [each.headers.get("Strict-Transport-Security") for each in (answer, plain)]
cookies = [[bool(c["secure"]), bool(c["httponly"]), c["samesite"]] for c in answer.cookies.values()]
session = [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE]
print(json.dumps([hsts, cookies, session]))
"""


@pytest.mark.django_db
def test_behind_tls_browsers_are_told_to_insist_on_it() -> None:
    told = connection.settings_dict
    place = (
        f"postgresql://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}"
    )
    environment = {
        **os.environ,
        "RAPPORT_TLS": "yes",
        "DATABASE_URL": place,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = subprocess.run(
        [sys.executable, "-c", BEHIND_TLS], env=environment, capture_output=True, text=True, check=True
    )
    hsts, cookies, session = json.loads(run.stdout.splitlines()[-1])
    assert hsts == ["max-age=31536000", None]
    assert cookies and all(each == [True, True, "Lax"] for each in [*cookies, session])
