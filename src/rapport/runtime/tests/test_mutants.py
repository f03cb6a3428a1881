"""Each filter by programme is taken out of the code in turn; the second wall lets nothing of a neighbour through.

Two programmes hold look-alike rows: the same keys, names, days and states. Everything that reads is asked once as
it is written: every page and operation, and every query. Then, for each filter, what reaches it is asked again
without the filter. With the wall the answers are the same to the letter; without it many of them are not, which
shows that the test would see a leak.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from types import FrameType, ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpResponseBase

import rapport
from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.conftest import World, floor_of
from rapport.contacts.models import Contact
from rapport.insight import registry, sql
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.runtime import guard
from rapport.runtime.tests import mutants
from rapport.runtime.tests.mutants import Key, Site
from rapport.runtime.tests.neighbour import differ
from rapport.runtime.tests.walk import Walk, makers

CHANGES = re.compile(
    r'(nonce|ticket|token|csrfmiddlewaretoken|value)="?[=\w:.-]{16,}"?|\d\d:\d\d:\d\d\S*|0x[0-9a-f]+|[0-9.]+ ms'
)
SOUND = re.compile(r"(?!TypeError|AttributeError|ValueError|ValidationError|KeyError|RuntimeError|AssertionError)")
NO_QUERIES = {"tests", "conftest", "demo", "simulation", "runtime", "config"}
ENOUGH = 2  # probes for each filter beside those that call its function
Probe = Callable[[], object]


@dataclasses.dataclass
class Stage:
    """Two look-alike programmes, what asks them, and the connection that may take the wall down."""

    world: World
    walk: Walk
    probes: dict[str, Probe]
    answers: dict[str, str]
    seconds: dict[str, float]
    reach: dict[tuple[str, str], list[str]]

    @contextmanager
    def undone(self) -> Iterator[None]:
        with self.walk.undone():
            yield

    def ask(self, name: str) -> str:
        with self.undone():
            try:
                return told(self.probes[name]())
            except Exception as error:
                return f"{type(error).__name__}: {error}"


def told(value: object, depth: int = 6) -> str:
    """Write an answer so that two of them can be compared."""
    if depth == 0:
        return "…"
    tell = partial(told, depth=depth - 1)
    if isinstance(value, HttpResponseBase):
        body = getattr(value, "content", b"").decode(errors="replace")
        return f"{value.status_code} {value.headers.get('Location', '')} {CHANGES.sub('', body)}"
    if isinstance(value, models.Model):
        fields = [
            f"{field.attname}={value.__dict__.get(field.attname)!r}" for field in value._meta.concrete_fields
        ]
        return f"{type(value).__name__}({', '.join(fields)})"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (
            f"{type(value).__name__}({', '.join(tell(getattr(value, f.name)) for f in dataclasses.fields(value))})"
        )
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{tell(key)}: {tell(each)}' for key, each in value.items()))}}}"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(tell, value)))}}}"
    if isinstance(value, models.QuerySet) and not value.ordered:  # in whatever order the database finds the rows
        return f"[{', '.join(sorted(map(tell, value)))}]"
    if isinstance(value, list | tuple | models.QuerySet) or inspect.isgenerator(value):
        return f"[{', '.join(map(tell, value))}]"
    return CHANGES.sub("", repr(value))


@pytest.fixture
def stage(db: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Both programmes, in one transaction of the owner, who works as the application until told otherwise."""
    whom = {key: (settings.OWNER or {})[key] for key in ("HOST", "PORT", "USER", "PASSWORD")}
    kept = connections["default"]
    owner = DatabaseWrapper({**kept.settings_dict, **whom}, "default")
    guard._safe.add(str(whom["USER"]))  # this once: it sets the application's role at once
    connections["default"] = owner
    try:
        noon = clock.now().replace(hour=12, minute=0, second=0)
        with django_db_blocker.unblock(), clock.at(noon), transaction.atomic():
            be_application(True)
            yield made()
            transaction.set_rollback(True)
    finally:
        with django_db_blocker.unblock():
            owner.close()
        guard._safe.discard(str(whom["USER"]))
        connections["default"] = kept


def be_application(wanted: bool) -> None:
    """Work as the application, which the wall holds, or as the owner, whom it does not."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.APPLICATION['USER']}" if wanted else "RESET ROLE")


def made() -> Stage:
    """Make the neighbour first, so that its rows come first where a query takes the first of several."""
    [neighbour, programme] = [
        accounts.ensure_programme(key=key, name=name, timezone="Europe/Berlin", requires_second_factor=False)[0]
        for key, name in (("loans", "Loans"), ("cards", "Cards"))
    ]
    with inside(neighbour.pk):
        rep = accounts.ensure_member(programme=neighbour, agent_id="rep", username="rep")
        twin = floor_of(neighbour, programme, rep)
        for make in makers():
            make(twin)
        differ(twin)
    with inside(programme.pk):
        world = floor_of(programme, neighbour, twin.supervisor)
    walk = Walk(world)
    with inside(programme.pk):
        found = Stage(world, walk, {**calls(world), **pages(walk)}, {}, {}, {})
        for name in list(found.probes):
            observe(found, name)
            if not SOUND.match(found.answers[name]):
                del found.probes[name]
    return found


def observe(stage: Stage, name: str) -> None:
    """Ask once more, and note which of our functions that reaches."""
    seen: set[Key] = set()

    def look(frame: FrameType, _event: str, _: object) -> None:
        if frame.f_code.co_filename.startswith(str(mutants.ROOT)):
            seen.add(mutants.key_of(frame.f_code))

    begun = time.perf_counter()
    sys.settrace(look)
    try:
        stage.answers[name] = stage.ask(name)
    finally:
        sys.settrace(None)
    stage.seconds[name] = time.perf_counter() - begun
    for place in {(key[0], mutants.outermost(key[1])) for key in seen}:
        stage.reach.setdefault(place, []).append(name)


def pages(walk: Walk) -> dict[str, Probe]:
    """Return what asks every page of staff and every operation for tokens that can be read."""
    with inside(walk.world.programme.pk):
        rights = {right for place in walk.of("token") if place.door for right in place.door.rights}
        secret = accounts.issue_token(programme=walk.world.programme, name="all", rights=rights)
    found: dict[str, Probe] = {}
    for place in walk.of("staff", "token"):
        is_staff = place.door is not None and place.door.kind == "staff"
        client = walk.right_one(place) if is_staff else walk.nobody
        headers = {} if is_staff else {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
        for method in place.methods or ("GET",):
            asked = partial(walk.ask, client, method, walk.address(place), walk.body(place) or None, **headers)
            found[f"{method} {place}"] = asked
    return found


def calls(world: World) -> dict[str, Probe]:
    """Return what calls every query and gate whose arguments the world can give."""
    found: dict[str, Probe] = {}
    for module in our_modules():
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                for number, given in enumerate(arguments(world, function)):
                    found[f"{module.__name__}.{name} {number}"] = partial(function, **given)
    return found


def our_modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(rapport.__path__, "rapport."):
        if not set(info.name.split(".")) & NO_QUERIES:
            yield importlib.import_module(info.name)


def arguments(world: World, function: Callable[..., object]) -> list[dict[str, object]]:
    """Return sets of arguments for a function that asks about a programme or one of its people, else none."""
    contact = Contact.objects.filter(programme=world.programme, customer=world.customer).order_by("pk").first()
    known: dict[str, object] = {
        "programme": world.programme,
        "member": world.rep,
        "viewer": world.supervisor,
        "place": world.rep,
        "contact": contact,
        "customer": world.customer,
    }
    others: dict[str, object] = {
        "user": world.rep.user,
        "person": world.rep.user,
        "agent_id": "rep",
        "username": "rep",
        "actor": "test",
        "email": "ada@example.org",
        "value": "ada@example.org",
        "kind": "email",
        "told": "C-1",
        "name": "contact.arrived",
        "group": "Reps",
        "log": "event",
        "keys": ["C-1"],
        "ids": [world.rep.pk],
        "limit": 50,
        "start": clock.now() - timedelta(days=400),
        "since": clock.now() - timedelta(days=400),
        "after": 0,
    }
    by_kind: dict[str, object] = {
        "str": "main",
        "int": 1,
        "bool": True,
        "UUID": contact.public_id if contact else None,
        "date": clock.now().date(),
        "datetime": clock.now(),
        "Role": Role.REP,
        "Right": Right.EXPORT,
    }
    given: dict[str, object] = {}
    parameters = inspect.signature(function).parameters
    for name, parameter in parameters.items():
        kind = str(getattr(parameter.annotation, "__name__", parameter.annotation)).partition(" |")[0]
        if parameter.default is not parameter.empty or parameter.kind == parameter.VAR_KEYWORD:
            continue
        if name not in {**known, **others} and kind not in by_kind:
            return []
        given[name] = {**by_kind, kind: by_kind.get(kind), name: None, **others, **known}.get(name)
        if given[name] is None:
            given[name] = by_kind[kind]
    if not known.keys() & parameters.keys():
        return []
    variants = ("cancel", "C-1", "main", "saved") if "key" in given else (None,)
    return [given | ({"key": key} if key else {}) for key in variants]


def differing(stage: Stage, known: dict[Key, Any], site: Site) -> str:
    """Ask again without the filter what reaches it; return the first that answers otherwise for that reason."""
    for name in reaching(stage, site):
        with mutants.without(site, known):
            answer = stage.ask(name)
        if answer != stage.answers[name]:
            if stage.ask(name) == stage.answers[name]:
                return name
            stage.probes.pop(name)  # it tells of what changes by itself
    return ""


def reaching(stage: Stage, site: Site) -> list[str]:
    """Return what calls the site's function, and the quickest of what reaches it (of a constant: its module)."""
    names: set[str] = set()
    for (file, owner), found in stage.reach.items():
        if file == site.file and (site.is_constant or owner == site.owner):
            names.update(found)
    own = f".{site.owner.rpartition('.')[2]} "
    alive = sorted((name for name in names if name in stage.probes), key=lambda name: stage.seconds[name])
    direct = [name for name in alive if own in name]
    return direct + [name for name in alive if name not in direct][: ENOUGH * (2 if site.is_constant else 1)]


@contextmanager
def without_in_relation(key: str) -> Iterator[None]:
    """Take the filter out of what a relation of metrics is counted over."""
    kept = registry.RELATIONS[key]
    registry.RELATIONS[key] = dataclasses.replace(kept, sql=mutants.opened(kept.sql, 0))
    sql.statement.cache_clear()
    yield
    registry.RELATIONS[key] = kept
    sql.statement.cache_clear()


def count_month(stage: Stage) -> str:
    return told(metrics(stage.world.programme, by="day"))


def filters_in_code(stage: Stage) -> None:
    known, found = mutants.functions(), mutants.sites()
    reached = [site for site in found if reaching(stage, site)]
    leaks = [f"{site}: {name}" for site in reached if (name := differing(stage, known, site))]
    be_application(False)
    would_leak = [site for site in reached if differing(stage, known, site)]
    be_application(True)
    assert leaks == []
    assert len(reached) > 0.85 * len(found), [str(site) for site in found if site not in reached]
    # Most filters stand beside a person, contact or id, which is of one programme anyway: those leak nothing.
    assert len(would_leak) > 0.25 * len(reached), [str(site) for site in reached if site not in would_leak]


def filters_of_metrics(stage: Stage) -> None:
    whole, would_leak = count_month(stage), set()
    for key in registry.RELATIONS:
        with without_in_relation(key):
            assert count_month(stage) == whole
            be_application(False)
            would_leak |= {key} if count_month(stage) != whole else set()
            be_application(True)
    assert {"contact", "leg"} <= would_leak


def test_without_any_one_filter_nothing_of_a_neighbour_is_seen(stage: Stage) -> None:
    with inside(stage.world.programme.pk):
        filters_in_code(stage)
        filters_of_metrics(stage)
