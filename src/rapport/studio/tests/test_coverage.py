"""The page of coverage, by who writes guides and who may not look."""

import re
from typing import Any

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.guides import actions, publishing
from rapport.guides.tests.written import simple
from rapport.kit import clock
from rapport.routing import actions as routing
from rapport.studio.tests import test_routing as pages
from rapport.studio.tests.test_routing import signed_in

COVERAGE = "/at/cards/guides/-/coverage/"
STEPS = [
    {"key": "greet", "title": "Greet"},
    {"key": "why", "title": "Hear the reason", "touch_point": "required"},
    {"key": "legal", "title": "Read it", "touch_point": "verbatim", "words": "Word for word."},
]
UNUSED = {"key": "spare", "title": "A spare step", "kind": "objection"}


@pytest.fixture
def writer(world: World) -> Client:
    text = simple("Cancel", STEPS, "cancel") + "\n".join(
        ["[[steps]]", *(f'{key} = "{value}"' for key, value in UNUSED.items()), "aside = true"]
    )
    publishing.install(programme=world.programme, text=text)
    return signed_in(world.supervisor)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", pages.text_of(response))


def gone_through(world: World, *done: str, rep: str = "rep") -> Contact:
    member = world.rep if rep == "rep" else world.second_rep
    made, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", customer=world.customer, reason=world.reason
    )
    routing.answer_elsewhere(made, rep=member, actor="pbx")
    made.refresh_from_db()
    actions.begin(made, actor="test")
    for step in done:
        actions.tick(member=member, contact=made, step=step, goes_on=True)
    actions.close(made, actor="test", because="" if {"why", "legal"} <= {*done} else "In a hurry")
    Contact.objects.filter(pk=made.pk).update(state="closed", closed_at=clock.now())
    return made


def test_coverage_by_version_step_and_rep_and_where_contacts_leave(world: World, writer: Client) -> None:
    assert "No guide was used" in text_of(writer.get(COVERAGE))
    gone_through(world, "greet", "why", "legal")
    gone_through(world, "greet", "why", rep="second")
    every = text_of(writer.get(COVERAGE))
    assert "Cancel" in every and "75 %" in every and "few" in every
    page = text_of(writer.get(COVERAGE, {"guide": "cancel"}))
    assert "2 contacts, 75 % of required touch points covered; 1 came to the end" in page
    assert "A spare step <span" in page and "nobody uses it" in page
    legal = page.split("Read it")[1].split("</tr>")[0]
    assert "50 %" in legal and legal.count('<td class="num">1') == 2  # open on one, which left here
    assert "Rep2" in page.split("By rep")[1]
    of_rep = text_of(writer.get(COVERAGE, {"guide": "cancel", "rep": "rep"}))
    assert "1 contacts, 100 % of required touch points covered" in of_rep


def test_steps_of_former_versions_are_told_apart(world: World, writer: Client) -> None:
    gone_through(world, "greet", "why", "legal")
    publishing.install(programme=world.programme, text=simple("Cancel", STEPS[1:], "cancel"))
    page = text_of(writer.get(COVERAGE, {"guide": "cancel"}))
    assert "greet <span" in page and "only in former versions" in page
    assert "Greet" in text_of(writer.get(COVERAGE, {"guide": "cancel", "version": "1"}))
    assert writer.get(COVERAGE, {"guide": "cancel", "version": "9"}).status_code == 404


def test_what_customers_do_alone_is_not_counted(world: World, writer: Client) -> None:
    gone_through(world, "greet", "why", "legal")
    Contact.objects.filter(pk=gone_through(world, "greet").pk).update(answered_at=None, rep=None)
    page = text_of(writer.get(COVERAGE, {"guide": "cancel"}))
    assert "1 contacts, 100 % of required touch points covered" in page


def test_who_may_look(world: World, writer: Client) -> None:
    gone_through(world, "greet", "why", "legal")
    assert signed_in(world.rep).get(COVERAGE).status_code == 403
    assert signed_in(world.outsider).get(COVERAGE).status_code == 404
    for odd in (
        {"guide": "<b>"},
        {"days": "x"},
        {"guide": "cancel", "rep": "<b>"},
        {"guide": "cancel", "version": "x"},
    ):
        assert b"<b>" not in writer.get(COVERAGE, odd).content
