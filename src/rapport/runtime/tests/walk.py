"""Walks every address and API operation of a URLconf, discovered, and tries each door as who may not pass.

A method returns the offences it found, in words; a test asserts that there are none. What a view's address needs
beyond its programme is made by ``arguments(world)`` in its module's ``tests/doors.py``, by the address's name. A
door that is not declared, or an address that nothing can fill, is an offence.
"""

from __future__ import annotations

import importlib
import json
import runpy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from rapport.accounts import actions as accounts
from rapport.accounts.doors import Door, door_of
from rapport.accounts.models import ApiToken, Member
from rapport.accounts.roles import FOR_TOKENS, RIGHTS, TOKENS_MAY, Role
from rapport.conftest import World
from rapport.kit import limits
from rapport.kit.walls import inside

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PROGRAMME = ("programme", "programme_key", "key")
GIVES_NOTHING_AWAY = (400, 401, 403, 404, 405)
REFUSED_OR_BROKEN = (401, 403, 404, 405)
_METHODS: dict[tuple[str, str, str], list[str]] = {}
SECRETS = ("Ada Byron", "ada@example.org", "+4930123456")


@dataclass(frozen=True)
class Place:
    """An address, with the door of its view and the methods that an operation names for itself."""

    name: str
    route: str
    door: Door | None
    converters: dict[str, Any]
    methods: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name or self.route


def places(urlconf: str) -> list[Place]:
    """Return every address of the URLconf, one for each operation of an API."""
    return list(_below(get_resolver(urlconf), "", {}))


def _below(resolver: URLResolver, before: str, converters: dict[str, Any]) -> Iterator[Place]:
    for each in resolver.url_patterns:
        route, known = before + str(each.pattern), {**converters, **each.pattern.converters}
        if isinstance(each, URLResolver):
            yield from _below(each, route, known)
        else:
            yield from _of(each, route, known)


def _of(pattern: URLPattern, route: str, converters: dict[str, Any]) -> Iterator[Place]:
    operations = _operations(pattern.callback)
    for operation in operations:
        door = door_of(operation.view_func)
        yield Place(operation.view_func.__name__, route, door, converters, tuple(operation.methods))
    if not operations:
        yield Place(pattern.name or "", route, door_of(pattern.callback), converters)


def _operations(view: Callable[..., Any]) -> list[Any]:
    """Return the operations behind an address of the REST API."""
    held = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    return [one for each in held for one in getattr(each, "operations", ())]


def makers() -> list[Callable[[World], dict[str, dict[str, Any]]]]:
    """Return each module's ``tests/doors.py:arguments``."""
    found = []
    for module in settings.MODULES:
        for folder in importlib.import_module(module).__path__:
            path = Path(folder) / "tests" / "doors.py"
            if path.exists():
                found.append(runpy.run_path(str(path))["arguments"])
    return found


class Walk:
    """Tries every door of a URLconf from a world's floor."""

    def __init__(self, world: World, urlconf: str = "rapport.config.urls") -> None:
        self.world = world
        self.urlconf = urlconf
        self.places = places(urlconf)
        with inside(world.programme.pk):
            self.staff = {role: self._member(role) for role in Role}
        self.arguments: dict[str, dict[str, Any]] = {}
        for make in makers():
            with inside(world.programme.pk):
                self.arguments |= make(world)
        self.clients = {role: self._signed_in(member) for role, member in self.staff.items()}
        self.outsiders = self._outsiders()
        self.arrived: list[Client] = []

    def _member(self, role: Role) -> Member:
        if role in (Role.REP, Role.SUPERVISOR):
            return self.world.rep if role == Role.REP else self.world.supervisor
        return accounts.ensure_member(
            programme=self.world.programme, agent_id=role.value, role=role, username=role.value
        )

    def _signed_in(self, member: Member) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    def _outsiders(self) -> list[Client]:
        with inside(self.world.other.pk):
            made = [
                accounts.ensure_member(programme=self.world.other, agent_id=f"o-{role}", role=role)
                for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
            ]
        return [self._signed_in(each) for each in made]

    def undeclared(self) -> list[str]:
        """Find views without a door."""
        return [f"{each}: declares no door" for each in self.places if each.door is None]

    def unfilled(self) -> list[str]:
        """Find addresses whose arguments nothing makes."""
        return [
            f"{each}: needs {', '.join(self._missing(each))}; make them in the module's tests/doors.py"
            for each in self.places
            if self._missing(each)
        ]

    def _missing(self, place: Place) -> list[str]:
        made = self.arguments.get(place.name, {})
        return [name for name in place.converters if name not in made and not self._is_programme(place, name)]

    def _is_programme(self, place: Place, name: str) -> bool:
        return name in PROGRAMME and next(iter(place.converters)) == name

    def address(self, place: Place, programme: str = "cards") -> str:
        """Return an address of this place."""
        made = {
            name: programme if self._is_programme(place, name) else self.arguments[place.name][name]
            for name in place.converters
        }
        route = place.route
        for name, converter in place.converters.items():
            value = made[name]
            text = value if isinstance(value, str) else converter.to_url(value)
            for kind in {part.partition(":")[0] for part in route.replace(">", "<").split("<")}:
                route = route.replace(f"<{kind}:{name}>", text)
        return f"/{route}"

    def of(self, *kinds: str) -> list[Place]:
        """Return the places whose door is of one of these kinds and that can be reached."""
        return [each for each in self.places if each.door and each.door.kind in kinds and not self._missing(each)]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what happens in the block."""
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.set_rollback(False)  # what broke in the block is undone with it
            transaction.savepoint_rollback(point)

    def addresses(self) -> AbstractContextManager[Any]:
        """Have the addresses of this walk be the site's; where that is a change, Django reads all of them anew."""
        if self.urlconf == settings.ROOT_URLCONF:
            return nullcontext()
        return override_settings(ROOT_URLCONF=self.urlconf)

    def ask(self, client: Client, method: str, address: str, body: Any = None, **headers: Any) -> Any:
        """Send a request, undo what it did, and return the answer."""
        if client not in self.arrived:
            self.arrived.append(client)
            client.get("/")  # begins the session, once: it is the greater part of a request, and would be undone
        with self.undone(), self.addresses():
            headers = {"HTTP_ACCEPT": "application/json", **headers}
            if body is None:
                return client.generic(method, address, content_type=FORM, **headers)
            return client.generic(method, address, json.dumps(body), content_type="application/json", **headers)

    def body(self, place: Place) -> dict[str, Any]:
        """Return what an operation can read, so that it comes to ask who calls."""
        return dict(self.arguments.get(place.name, {}).get("body", {}))

    def methods(self, place: Place) -> list[str]:
        """Return the methods a place takes; a wrong one is refused before anybody is asked who they are."""
        if place.methods:
            return list(place.methods)
        known = _METHODS.get((self.urlconf, place.name, place.route))
        if known is None:
            address, client = self.address(place), self.right_one(place)
            known = [each for each in METHODS if self.ask(client, each, address).status_code != 405]
            _METHODS[self.urlconf, place.name, place.route] = known
        return known

    @cached_property
    def nobody(self) -> Client:
        """A browser that is not signed in."""
        return Client()

    def as_anonymous(self) -> list[str]:
        """Find pages of staff, accounts and the installation that answer somebody who is not signed in."""
        offences = []
        for place in self.of("staff", "account", "installation"):
            for method in self.methods(place):
                answer = self.ask(self.nobody, method, self.address(place))
                if answer.status_code != 302 or not answer.headers["Location"].startswith("/sign-in/"):
                    offences.append(f"{place}: {method} answers {answer.status_code} to nobody")
        return offences

    def as_wrong_role(self) -> list[str]:
        """Find pages of staff that answer a role with none of the declared rights."""
        offences = []
        for place in self.of("staff"):
            rights = set(place.door.rights) if place.door else set()
            if not rights:
                offences.append(f"{place}: asks for no right")
            lacking = [role for role in Role if not RIGHTS[role] & rights]
            methods = self.methods(place)
            tries = [(role, methods[0]) for role in lacking]
            tries += [(role, each) for role in lacking[:1] for each in methods[1:]]
            for role, method in tries:
                answer = self.ask(self.clients[role], method, self.address(place))
                if answer.status_code != 403:
                    offences.append(f"{place}: {method} answers {answer.status_code} to a {role.words}")
        return offences

    def as_outsider(self) -> list[str]:
        """Find pages that tell somebody of another programme more than they tell of a programme there is not."""
        offences = []
        for place in self.of("staff"):
            for method in self.methods(place):
                for client in self.outsiders:
                    real = self.ask(client, method, self.address(place))
                    absent = self.ask(client, method, self.address(place, "nowhere"))
                    if real.status_code != 404 or real.content != absent.content:
                        offences.append(f"{place}: {method} answers {real.status_code} to an outsider")
        return offences

    def with_lapsed_clearance(self) -> list[str]:
        """Find pages that answer somebody who has the right and whose clearance has lapsed."""
        with inside(self.world.programme.pk):
            accounts.set_rules(programme=self.world.programme, actor="test", requires_screening=True)
        offences = []
        for place in self.of("staff"):
            for method in self.methods(place):
                answer = self.ask(self.right_one(place), method, self.address(place))
                if answer.status_code != 403 or "clearance" not in answer.content.decode():
                    offences.append(f"{place}: {method} answers {answer.status_code} without clearance")
        return offences

    def by_wrong_method(self) -> list[str]:
        """Find places that take every method, or a method they have no use for, from who may pass."""
        offences = []
        for place in self.of("staff", "account", "installation", "customer", "open"):
            taken = self.methods(place)
            if {"PUT", "PATCH", "DELETE"} & set(taken):
                offences.append(f"{place}: takes {', '.join(taken)}")
        return offences

    def without_csrf_token(self) -> list[str]:
        """Find places that change something for a signed-in browser led there by another site."""
        offences = []
        for place in self.of("staff", "account", "customer"):
            client = self.right_one(place)
            client.handler.enforce_csrf_checks = True
            for method in set(self.methods(place)) - {"GET"}:
                if self.ask(client, method, self.address(place)).status_code != 403:
                    offences.append(f"{place}: {method} needs no CSRF token")
            client.handler.enforce_csrf_checks = False
        return offences

    def as_who_may(self) -> list[str]:
        """Find pages that refuse who may pass: then the other findings would say nothing."""
        offences = []
        for place in self.of("staff"):
            for method in self.methods(place):
                answer = self.ask(self.right_one(place), method, self.address(place))
                if answer.status_code in REFUSED_OR_BROKEN or answer.status_code >= 500:
                    offences.append(f"{place}: {method} answers {answer.status_code} to who may pass")
        return offences

    def right_one(self, place: Place) -> Client:
        """Return the browser of the first role that has one of the rights."""
        rights = set(place.door.rights) if place.door else set()
        return next((self.clients[role] for role in Role if RIGHTS[role] & rights), self.clients[Role.REP])

    def of_installation(self) -> list[str]:
        """Find pages of the installation that answer a programme's people."""
        return [
            f"{place}: {method} answers a {role.words}"
            for place in self.of("installation")
            for method in self.methods(place)
            for role in Role
            if self.ask(self.clients[role], method, self.address(place)).status_code != 404
        ]

    def by_token(self) -> list[str]:
        """Find operations that answer no token, or a wrong, weak, foreign, ended or expired one."""
        offences = []
        for place in self.of("token"):
            limits.forget_all()  # wrong tokens are counted; that brake is not what is tried here
            secrets = self._tokens(place)
            for method in self.methods(place):
                for kind, secret in secrets.items():
                    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"} if secret else {}
                    answer = self.ask(self.nobody, method, self.address(place), self.body(place), **headers)
                    if answer.status_code not in GIVES_NOTHING_AWAY:
                        offences.append(f"{place}: {method} answers {answer.status_code} to {kind}")
        return offences

    def by_right_token(self) -> list[str]:
        """Find operations that refuse a good token, or cannot read what was sent before they ask for one."""
        offences = []
        for place in self.of("token"):
            with inside(self.world.programme.pk):
                rights = place.door.rights if place.door else ()
                secret = accounts.issue_token(programme=self.world.programme, name="good", rights=rights)
            refusals = (401, 403, 422) if place.methods else (401, 403)
            for method in self.methods(place):
                headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
                answer = self.ask(self.nobody, method, self.address(place), self.body(place), **headers)
                if answer.status_code in refusals or answer.status_code >= 500:
                    offences.append(f"{place}: {method} answers {answer.status_code} to a good token")
        return offences

    def by_session(self) -> list[str]:
        """Find operations of programs that answer a person without the right, or of another programme."""
        offences = []
        for place in self.of("token"):
            rights = set(place.door.rights) if place.door else set()
            lacking = [self.clients[role] for role in Role if not RIGHTS[role] & rights]
            for client in (*lacking, *self.outsiders):
                method, address = self.methods(place)[0], self.address(place)
                status = self.ask(client, method, address, self.body(place)).status_code
                if status not in GIVES_NOTHING_AWAY:
                    offences.append(f"{place}: answers {status} to a person without the right")
        return offences

    def _tokens(self, place: Place) -> dict[str, str]:
        rights = set(place.door.rights) if place.door else set()
        weak = TOKENS_MAY - rights
        here, there = self.world.programme, self.world.other
        with inside(there.pk):
            foreign = accounts.issue_token(programme=there, name="foreign", rights=rights)
        with inside(here.pk):
            made = {
                kind: accounts.issue_token(programme=here, name=kind, rights=rights)
                for kind in ("ended", "expired")
            }
            lacking = accounts.issue_token(programme=here, name="weak", rights=weak)
            accounts.revoke_token(ApiToken.objects.filter(name="ended").latest("pk"))
            ApiToken.objects.filter(name="expired").update(expires_at="2026-01-01T00:00:00Z")
        named = {f"an {kind} token": secret for kind, secret in made.items()}
        wrong = {"no token": "", "a made-up token": f"rpt_{uuid4()}", "another programme's token": foreign}
        return {**named, **wrong, "a token without the right": lacking}

    def as_stranger(self) -> list[str]:
        """Find pages of customers, and open ones, that show a browser that is nobody's something of a customer."""
        offences = []
        for place in self.of("customer", "open"):
            if place.door and place.door.kind == "open" and not place.door.why:
                offences.append(f"{place}: is open without a reason")
            for method in self.methods(place):
                for client in (self.nobody, self.outsiders[0]):
                    told = self.ask(client, method, self.address(place), HTTP_ACCEPT="text/html").content
                    told = told.decode(errors="replace")  # a file is no text
                    if any(secret in told for secret in SECRETS):
                        offences.append(f"{place}: {method} tells a stranger of a customer")
        return offences


FORM = "application/x-www-form-urlencoded"
assert not FOR_TOKENS & set().union(*RIGHTS.values()), "a person never has a token's right"
