"""Every address and API operation, as who may not pass; and the walk itself, on doors with holes."""

import sys
from types import ModuleType
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from rapport.accounts.doors import Door, declares, staff_page
from rapport.accounts.models import User
from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.runtime.tests.walk import Walk


class EveryDoor:
    """The attacks; a class that inherits them names its URLconf."""

    urlconf = "rapport.config.urls"

    @pytest.fixture
    def walk(self, world: World) -> Walk:
        return Walk(world, self.urlconf)

    def test_every_view_declares_its_door(self, walk: Walk) -> None:
        assert walk.undeclared() == []

    def test_every_address_can_be_filled(self, walk: Walk) -> None:
        assert walk.unfilled() == []

    def test_nobody_passes_unknown(self, walk: Walk) -> None:
        assert walk.as_anonymous() == []

    def test_nobody_passes_with_the_wrong_role(self, walk: Walk) -> None:
        assert walk.as_wrong_role() == []

    def test_another_programme_is_as_absent(self, walk: Walk) -> None:
        assert walk.as_outsider() == []

    def test_nobody_passes_without_clearance(self, walk: Walk) -> None:
        assert walk.with_lapsed_clearance() == []

    def test_no_place_takes_a_method_it_has_no_use_for(self, walk: Walk) -> None:
        assert walk.by_wrong_method() == []

    def test_another_site_changes_nothing(self, walk: Walk) -> None:
        assert walk.without_csrf_token() == []

    def test_who_may_passes(self, walk: Walk) -> None:
        assert walk.as_who_may() == []

    def test_the_installation_is_nobody_elses(self, walk: Walk) -> None:
        assert walk.of_installation() == []

    def test_no_operation_answers_a_token_that_is_not_for_it(self, walk: Walk) -> None:
        assert walk.by_token() == []

    def test_a_good_token_passes(self, walk: Walk) -> None:
        assert walk.by_right_token() == []

    def test_no_operation_answers_a_person_who_may_not(self, walk: Walk) -> None:
        assert walk.by_session() == []

    def test_strangers_learn_of_no_customer(self, walk: Walk) -> None:
        assert walk.as_stranger() == []


class TestOurs(EveryDoor):
    """The product."""


def _page(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    return HttpResponse("Ada Byron")


STAFF = Door("staff", (Right.READ_CONTACTS,))
HOLES = [
    path("at/<slug:programme>/plain/", _page, name="plain"),
    path("at/<slug:programme>/unmade/<int:thing>/", staff_page(Right.WATCH_FLOOR)(_page), name="unmade"),
    path(
        "at/<slug:programme>/unlocked/",
        declares(STAFF)(lambda request, programme: _page(request)),
        name="unlocked",
    ),
    path("at/<slug:programme>/by-anyone/", staff_page(*Right)(_page), name="by-anyone"),
    path("open/", declares(Door("open"))(lambda request: _page(request)), name="open"),
    path(
        "tokens/<slug:programme>/",
        declares(Door("token", (Right.USE_API,)))(lambda request, programme: _page(request)),
        name="tokens",
    ),
]


@pytest.fixture
def holed(world: World, monkeypatch: pytest.MonkeyPatch) -> Walk:
    made = ModuleType("holed_urls")
    made.__dict__.update(urlpatterns=HOLES, handler403="rapport.config.refusals.forbidden")
    monkeypatch.setitem(sys.modules, "holed_urls", made)
    return Walk(world, "holed_urls")


def test_the_walk_finds_holes(holed: Walk) -> None:
    assert User.objects.exists()
    assert holed.undeclared() == ["plain: declares no door"]
    assert [each.partition(":")[0] for each in holed.unfilled()] == ["unmade"]
    for found in (holed.as_anonymous(), holed.as_wrong_role(), holed.as_outsider(), holed.with_lapsed_clearance()):
        assert {each.partition(":")[0] for each in found} == {"unlocked"}
    assert {each.partition(":")[0] for each in holed.without_csrf_token()} == set()
    assert {each.partition(":")[0] for each in holed.by_token()} == {"tokens"}
    assert {each.partition(":")[0] for each in holed.as_stranger()} == {"open"}
    assert "open: is open without a reason" in holed.as_stranger()
    assert holed.by_wrong_method()
