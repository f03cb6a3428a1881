"""Contacts worth hearing: each by its reason, to whom may read them, until somebody chose them."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.contacts.events import CallHeld, CallResumed
from rapport.contacts.models import Contact
from rapport.events.actions import announce
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.privacy import actions as privacy
from rapport.quality import proposing
from rapport.quality.models import Origin
from rapport.quality.proposing import proposed
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection

PAGE = "/at/cards/quality/worth-hearing/"


def rated(world: World, rating: int, **changes: Any) -> Contact:
    contact = a_contact(world)
    Survey.objects.create(
        programme=world.programme, contact=contact, rating=rating, invited_at=clock.now(), **changes
    )
    return contact


def found(world: World) -> list[tuple[int, str, str]]:
    return [(one.contact.pk, one.origin.value, one.words) for one in proposed(world.supervisor)]


def test_a_low_rating_and_being_handed_on_twice_are_worth_hearing(world: World) -> None:
    low, _ = rated(world, 2), rated(world, 3)
    moved = a_contact(world)
    Contact.objects.filter(pk=moved.pk).update(transfers=2)
    assert found(world) == [(low.pk, "low_rating", "rated 2 of 5"), (moved.pk, "transfer", "handed on 2 times")]


@pytest.mark.parametrize(("seconds", "is_long"), [(179, False), (180, True)])
def test_a_hold_counts_from_three_minutes_in_all(world: World, seconds: int, is_long: bool) -> None:
    contact, now = a_contact(world), clock.now()
    spans = [(0, 100), (200, 100 + seconds)]
    for opens, closes in spans:
        for happening, at in ((CallHeld(), opens), (CallResumed(), closes)):
            announce(
                happening,
                programme=world.programme,
                subject=contact.public_id,
                actor="pbx",
                at=now + timedelta(seconds=at - 900),
            )
    assert found(world) == ([(contact.pk, "long_hold", "3 min on hold")] if is_long else [])


def test_what_is_chosen_old_or_of_ones_own_is_not_proposed(world: World) -> None:
    chosen = a_selection(world, a_scorecard(world)).contact
    Survey.objects.create(programme=world.programme, contact=chosen, rating=1, invited_at=clock.now())
    own = rated(world, 1)
    Contact.objects.filter(pk=own.pk).update(rep=world.supervisor)
    assert found(world) == []
    rated(world, 1)
    with mock.patch("rapport.kit.clock.now", return_value=clock.now() + timedelta(days=15)):
        assert found(world) == []


def test_the_newest_are_told_of_those_that_one_may_score(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "MOST", 2)
    lead = accounts.ensure_member(
        programme=world.programme,
        agent_id="lead",
        name="Lead",
        role=Role.SUPERVISOR,
        username="lead",
        password=None,
    )
    for member in (lead, world.rep):
        accounts.change_place(member=member, actor="test", team="blue")
        member.refresh_from_db()
    for right, granted in ((Right.READ_CONTACTS, False), (Right.READ_TEAM_CONTACTS, True)):
        accounts.adjust_role(
            programme=world.programme, role=Role.SUPERVISOR, right=right, granted=granted, actor="test"
        )
    team = [rated(world, 1).pk for _ in range(3)]
    others = [rated(world, 2) for _ in range(3)]
    Contact.objects.filter(pk__in=[one.pk for one in others]).update(rep=world.second_rep)
    assert [one.contact.pk for one in proposed(lead)] == team[:0:-1]


def test_whom_we_let_go_is_not_proposed(world: World) -> None:
    rated(world, 1)
    privacy.erase(programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor="test")
    assert found(world) == []


def test_another_programme_sees_none_and_neither_does_who_may_not_score(world: World, client: Client) -> None:
    rated(world, 1)
    with inside(world.other.pk):
        assert proposed(world.outsider) == []
    client.force_login(world.rep.user)
    assert client.get(PAGE).status_code == 403
    client.force_login(world.supervisor.user)
    page = client.get(PAGE).content.decode()
    assert "rated 1 of 5" in page
    assert f"?why={Origin.LOW_RATING.value}" in page
