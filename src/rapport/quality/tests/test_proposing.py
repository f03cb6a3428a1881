"""Contacts worth hearing: each by its reason, to whom may read them, until somebody chose them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.events import CallHeld, CallResumed, ContactEnded
from rapport.contacts.models import Contact
from rapport.events.actions import announce
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.ledger.models import Account, Claim
from rapport.offers.catalogue import actions as offers
from rapport.privacy import actions as privacy
from rapport.quality import proposing, views
from rapport.quality.models import Origin
from rapport.quality.proposing import proposed
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection

PAGE = "/at/cards/quality/worth-hearing/"


def rated(world: World, rating: int, *, at: datetime | None = None, **changes: Any) -> Contact:
    contact = a_contact(world, at=at)
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
    once = a_contact(world)
    Contact.objects.filter(pk=once.pk).update(transfers=1)
    assert found(world) == [(low.pk, "low_rating", "rated 2 of 5"), (moved.pk, "transfer", "handed on 2 times")]


def test_what_the_rules_of_offers_call_a_complaint_is_worth_hearing(world: World) -> None:
    about, over = (
        contacts.ensure_reason(programme=world.programme, key=key, name=key) for key in ("complaint", "wrong")
    )
    ended = contacts.ensure_disposition(programme=world.programme, key="complaint", name="Complaint taken")
    other = contacts.ensure_disposition(programme=world.programme, key="solved", name="Solved")
    came, both = (
        a_contact(world, reason=about, disposition=other),
        a_contact(world, reason=about, disposition=ended),
    )
    without, closed = a_contact(world, reason=None, disposition=ended), a_contact(world, disposition=ended)
    wrong = a_contact(world, reason=over)
    a_contact(world, reason=None, disposition=other)
    assert found(world) == [
        (closed.pk, "complaint", "closed as a complaint"),
        (without.pk, "complaint", "closed as a complaint"),
        (both.pk, "complaint", "came to complain"),
        (came.pk, "complaint", "came to complain"),
    ]
    offers.change_rules(programme=world.programme, text='complaint_reasons = ["wrong"]', actor="test")
    assert found(world) == [(wrong.pk, "complaint", "came to complain")]
    offers.change_rules(programme=world.programme, text="complaint_reasons = []", actor="test")
    assert found(world) == []


def test_a_hold_that_the_caller_ends_counts(world: World) -> None:
    contact = a_contact(world)
    for happening, ago in ((CallHeld(), 600), (ContactEnded(by="customer"), 300)):
        at = clock.now() - timedelta(seconds=ago)
        announce(happening, programme=world.programme, subject=contact.public_id, actor="pbx", at=at)
    assert found(world) == [(contact.pk, "long_hold", "5 min on hold")]


def test_saves_are_worth_hearing_that_did_not_hold_or_that_the_customer_was_delighted_by(world: World) -> None:
    lost, kept, young = a_contact(world), rated(world, 5, resolved=True), rated(world, 5, resolved=True)
    cases = [
        (lost, "reversed"),
        (lost, "reversed"),  # of another of their cards
        (kept, "matured"),
        (kept, "matured"),
        (young, "provisional"),
        (rated(world, 5, resolved=True), "voided"),
        (rated(world, 5, resolved=False), "matured"),
        (rated(world, 4, resolved=True), "matured"),
        (a_contact(world), "matured"),
    ]
    rated(world, 5, resolved=True)
    for contact, state in cases:
        a_claim(world, contact, state)
    delighted = ("uncommon", "wanted to leave, stayed, and rated 5 of 5")
    told = [
        (lost.pk, "save_reversed", "stayed, and left after all"),
        (young.pk, *delighted),
        (kept.pk, *delighted),
    ]
    assert found(world) == told


def a_claim(world: World, contact: Contact, state: str) -> None:
    account = Account.objects.create(programme=world.programme, customer=world.customer, holding=str(uuid4()))
    now = clock.now()
    Claim.objects.create(
        programme=world.programme, attempt=uuid4(), account=account, contact=contact.public_id, rep=contact.rep,
        made_at=now, made_on=now.date(), matures_at=now + timedelta(days=60), state=state, state_at=now,
    )  # fmt: skip


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
    held = rated(world, 1)
    Contact.objects.filter(pk=held.pk).update(state="wrap_up", closed_at=None)
    assert found(world) == []
    now = clock.now()
    for ago, is_told in ((timedelta(days=14, seconds=1), False), (timedelta(days=14), True)):
        with clock.at(now):
            old = rated(world, 1, at=now - ago)
            assert [pk for pk, _, _ in found(world)] == ([old.pk] if is_told else [])


def test_the_newest_are_told_of_those_that_one_may_score(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "MOST_OF_EACH", 2)
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


@pytest.mark.parametrize(("made", "told"), [(1, ">1</span>"), (3, ">the newest 2</span>")])
def test_a_list_that_is_cut_off_does_not_say_how_many_there_are(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, made: int, told: str
) -> None:
    for module in (proposing, views):
        monkeypatch.setattr(module, "MOST_OF_EACH", 2)
    for _ in range(made):
        rated(world, 1)
    client.force_login(world.supervisor.user)
    assert told in client.get(PAGE).content.decode()
