"""Returns: what is found, to what it is laid by rule and by hand, who may, and what the figures count."""

from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import ContactPoint, Customer
from rapport.customers.promises import actions as promises
from rapport.customers.promises.keepers import PARTNER
from rapport.events.models import Event
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.quality.repeats import actions, jobs
from rapport.quality.repeats.models import Return
from rapport.quality.repeats.rules import Cause, Known, Sign, cause_of
from rapport.routing import actions as routing

PAGE = "/at/cards/quality/returns/"
CALM = Known(
    first_reason="cancel",
    next_reason="cancel",
    first_queue="main",
    next_queue="main",
    transfers=0,
    kept_by=frozenset(),
    points_open=0,
    said_resolved=None,
)


def a_customer(world: World, email: str) -> Customer:
    made = Customer.objects.create(
        programme=world.programme, key=email, name="Bo Ek", segment=world.customer.segment
    )
    ContactPoint.objects.create(programme=world.programme, customer=made, kind="email", value=email)
    return made


def handled(
    world: World, customer: Customer, *, rep: Member | None = None, resolved: bool = True, reason: str = "cancel"
) -> Contact:
    contact, _ = contacts.arrive(
        programme=world.programme,
        channel="chat",
        actor="test",
        address=customer.key,
        customer=customer,
        reason=contacts.ensure_reason(programme=world.programme, key=reason, name=reason.title()),
    )
    contacts.answer(contact, rep=rep or world.rep, actor="test")
    contact.refresh_from_db()
    routing.end_conversation(contact, by="rep", actor="test")
    routing.finish_wrap_up(
        member=rep or world.rep,
        contact_id=contact.public_id,
        disposition="other",
        resolved=resolved,
        summary="Said",
    )
    contact.refresh_from_db()
    return contact


def came_back(world: World, email: str = "bo@example.org") -> Return:
    customer = a_customer(world, email)
    first, _ = handled(world, customer), handled(world, customer)
    actions.find(programme=world.programme)
    return Return.objects.get(first=first)


def later(**span: float) -> object:
    return mock.patch("rapport.kit.clock.now", return_value=clock.now() + timedelta(**span))


def test_a_customer_who_comes_back_about_the_same_is_laid_to_training_once(world: World) -> None:
    found = came_back(world)
    assert (found.cause, found.sign) == ("training", "said_resolved")
    assert actions.find(programme=world.programme) == 0
    [told] = Event.objects.filter(name="return.found")
    assert (told.data["count"], told.actor) == (1, "system")


def test_the_job_finds_who_came_back(world: World) -> None:
    customer = a_customer(world, "bo@example.org")
    handled(world, customer), handled(world, customer)
    jobs.find.func(timestamp=0)
    assert Return.objects.count() == 1


def test_only_the_next_contact_within_seven_days_is_a_return(world: World) -> None:
    customer = a_customer(world, "bo@example.org")
    first = handled(world, customer)
    with later(days=7, seconds=-5):
        second = handled(world, customer)
        actions.find(programme=world.programme)
    with later(days=15):
        handled(world, customer)
        actions.find(programme=world.programme)
    assert [(one.first, one.next) for one in Return.objects.all()] == [(first, second)]


def test_nothing_is_found_before_both_are_closed(world: World) -> None:
    customer = a_customer(world, "bo@example.org")
    handled(world, customer)
    again, _ = contacts.arrive(
        programme=world.programme, channel="chat", actor="test", address=customer.key, customer=customer
    )
    contacts.answer(again, rep=world.rep, actor="test")
    assert actions.find(programme=world.programme) == 0


def test_another_programmes_customers_are_not_looked_at(world: World) -> None:
    customer = a_customer(world, "bo@example.org")
    handled(world, customer), handled(world, customer)
    assert actions.find(programme=world.other) == 0
    assert not Return.objects.exists()


def test_signs_on_file_decide(world: World) -> None:
    about = a_customer(world, "about@example.org")
    first = handled(world, about)
    handled(world, about, reason="card")
    waits = a_customer(world, "waits@example.org")
    second = handled(world, waits)
    promises.make_promise(
        member=world.rep,
        customer=waits,
        contact_id=second.pk,
        what="A refund",
        kind="refund",
        due_on=clock.now().date() + timedelta(days=3),
        keeper=PARTNER,
    )
    handled(world, waits)
    handed = a_customer(world, "handed@example.org")
    third = handled(world, handed)
    Contact.objects.filter(pk=third.pk).update(transfers=1)
    handled(world, handed)
    actions.find(programme=world.programme)
    told = {one.first_id: (one.cause, one.sign) for one in Return.objects.all()}
    assert told == {
        first.pk: ("other_matter", "other_reason"),
        second.pk: ("access", "waits_for_partner"),
        third.pk: ("routing", "handed_on"),
    }


@given(
    st.builds(
        Known,
        first_reason=st.sampled_from([None, "a", "b"]),
        next_reason=st.sampled_from([None, "a", "b"]),
        first_queue=st.sampled_from(["", "x", "y"]),
        next_queue=st.sampled_from(["", "x", "y"]),
        transfers=st.integers(0, 3),
        kept_by=st.frozensets(st.sampled_from(["member", "team", "partner"])),
        points_open=st.integers(0, 3),
        said_resolved=st.sampled_from([None, True, False]),
    )
)
def test_a_rep_is_only_to_blame_where_nothing_else_is(known: Known) -> None:
    cause, sign = cause_of(known)
    if cause is Cause.TRAINING:
        assert not known.transfers
        assert not known.kept_by & {"team", "partner"}
        assert None in (known.first_reason, known.next_reason) or known.first_reason == known.next_reason
        assert known.points_open or known.said_resolved
    assert (cause is Cause.UNCLEAR) == (sign is Sign.NOTHING)


def test_each_sign_is_reached() -> None:
    changed: list[dict[str, Any]] = [
        {"next_reason": "card"},
        {"kept_by": frozenset({"partner", "team"})},
        {"kept_by": frozenset({"team"})},
        {"kept_by": frozenset({"member"}), "transfers": 1},
        {"next_queue": "second"},
        {"points_open": 2},
        {"said_resolved": True},
        {"said_resolved": False},
    ]
    signs = [
        cause_of(Known(**{**{key: getattr(CALM, key) for key in CALM.__slots__}, **one}))[1] for one in changed
    ]
    assert signs == list(Sign)


def test_a_person_lays_it_to_another_cause_and_the_rule_leaves_it(world: World) -> None:
    found = came_back(world)
    laid = actions.lay(
        member=world.supervisor, return_id=found.public_id, cause="routing", note="Card 4111 1111 1111 1111"
    )
    assert (laid.cause, laid.laid_by) == ("routing", world.supervisor)
    assert "4111 1111 1111 1111" not in laid.note
    actions.find(programme=world.programme)
    found.refresh_from_db()
    assert found.cause == "routing"
    again = actions.lay(
        member=world.supervisor, return_id=found.public_id, cause="routing", note=" Card  4111 1111 1111 1111"
    )
    assert again.laid_at == laid.laid_at
    [told] = Event.objects.filter(name="return.laid")
    assert (told.data, told.subject) == ({"cause": "routing", "before": "training"}, found.first.public_id)


def test_mended_is_said_once_and_only_of_what_can_be(world: World) -> None:
    found = came_back(world)
    actions.lay(member=world.supervisor, return_id=found.public_id, cause="other_matter", note="")
    with pytest.raises(Invalid, match="nothing to mend"):
        actions.mend(member=world.supervisor, return_id=found.public_id)
    actions.lay(member=world.supervisor, return_id=found.public_id, cause="access", note="")
    for _ in range(2):
        actions.mend(member=world.supervisor, return_id=found.public_id)
    assert Event.objects.filter(name="return.mended").count() == 1
    with pytest.raises(Conflict):
        actions.lay(member=world.supervisor, return_id=found.public_id, cause="training", note="")


@pytest.mark.parametrize(("cause", "note"), [("", ""), ("unclear", ""), ("nonsense", ""), ("training", "x" * 301)])
def test_what_cannot_be_kept_is_refused(world: World, cause: str, note: str) -> None:
    found = came_back(world)
    with pytest.raises(Invalid):
        actions.lay(member=world.supervisor, return_id=found.public_id, cause=cause, note=note)
    found.refresh_from_db()
    assert found.laid_by is None


def test_a_note_may_be_just_as_long_as_is_said(world: World) -> None:
    found = came_back(world)
    laid = actions.lay(member=world.supervisor, return_id=found.public_id, cause="training", note="x" * 300)
    assert len(laid.note) == 300


def test_the_page_has_what_is_to_mend_who_came_last_first_and_goes_where_a_return_went(
    world: World, client: Client
) -> None:
    first, second = came_back(world, "first@example.org"), came_back(world, "second@example.org")
    long_ago = came_back(world, "long_ago@example.org")
    Return.objects.filter(pk=long_ago.pk).update(came_at=clock.now() - timedelta(days=29))
    client.force_login(world.supervisor.user)
    page = client.get(f"{PAGE}?cause=training").content.decode()
    at = [page.index(f"returns/{one.public_id}/mend/") for one in (second, first, long_ago)]
    assert at == sorted(at)
    assert (
        'Training <span class="muted num" title="In the last 28 days">2</span>' in page and "3 not mended" in page
    )
    assert client.post(f"{PAGE}{second.public_id}/mend/").url == f"{PAGE}?cause=training"
    page = client.get(f"{PAGE}?cause=training").content.decode()
    assert f"returns/{second.public_id}/" not in page and "2 not mended" in page
    laid = client.post(f"{PAGE}{first.public_id}/lay/", {"cause": "access", "note": "No right to pay out"})
    assert laid.url == f"{PAGE}?cause=access"
    assert "No right to pay out" in client.get(laid.url).content.decode()


def test_who_keeps_routing_and_no_team_sees_what_routing_made_first(world: World, client: Client) -> None:
    client.force_login(world.supervisor.user)
    assert '<h2 id="returns-title">Training</h2>' in client.get(PAGE).content.decode()
    accounts.adjust_role(
        programme=world.programme, role=Role.SUPERVISOR, right=Right.MANAGE_ROUTING, granted=True, actor="test"
    )
    assert '<h2 id="returns-title">Routing</h2>' in client.get(PAGE).content.decode()
    accounts.change_place(member=world.supervisor, actor="test", team="blue")
    assert '<h2 id="returns-title">Training</h2>' in client.get(PAGE).content.decode()


def test_who_reads_a_team_judges_the_returns_of_it_alone(world: World) -> None:
    found = came_back(world)
    for right, granted in ((Right.READ_CONTACTS, False), (Right.READ_TEAM_CONTACTS, True)):
        accounts.adjust_role(
            programme=world.programme, role=Role.SUPERVISOR, right=right, granted=granted, actor="test"
        )
    world.supervisor.refresh_from_db()
    with pytest.raises(NotFound):
        actions.mend(member=world.supervisor, return_id=found.public_id)
    for member in (world.supervisor, world.rep):
        accounts.change_place(member=member, actor="test", team="blue")
        member.refresh_from_db()
    assert actions.mend(member=world.supervisor, return_id=found.public_id).mended_by == world.supervisor


def test_nobody_judges_a_return_after_their_own_contact_or_of_another_programme(world: World) -> None:
    customer = a_customer(world, "own@example.org")
    first = handled(world, customer, rep=world.supervisor)
    handled(world, customer)
    actions.find(programme=world.programme)
    own = Return.objects.get(first=first)
    for member in (world.supervisor, world.outsider):
        with pytest.raises(NotFound):
            actions.mend(member=member, return_id=own.public_id)
    with pytest.raises(NotFound):
        actions.mend(member=world.supervisor, return_id=uuid4())


def test_the_page_shows_each_cause_and_its_queries_do_not_grow(world: World, client: Client) -> None:
    came_back(world)
    client.force_login(world.supervisor.user)
    page = client.get(PAGE).content.decode()
    assert "was marked as resolved, and was not" in page
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for number in range(4):
        came_back(world, f"more{number}@example.org")
    with CaptureQueriesContext(connection) as five:
        client.get(PAGE)
    assert len(five) == len(one)
    assert "Nobody came back for this" in client.get(f"{PAGE}?cause=access").content.decode()
    assert client.get(f"{PAGE}?cause=%00<script>").status_code == 200
    client.force_login(world.rep.user)
    assert client.get(PAGE).status_code == 403


def test_figures_count_each_cause_once_its_seven_days_are_over(world: World) -> None:
    came_back(world)
    handled(world, a_customer(world, "gone@example.org"))
    today = clock.now().astimezone(world.programme.zone).date()
    keys = ("first_contact_resolution", "returned_for_training", "returned_for_access", "returned_for_routing")
    with later(days=8):
        handled(world, a_customer(world, "after@example.org"))  # figures go as far as what is on file
        [row] = metrics(world.programme, keys, today, today)
    assert [row.figures[key].value for key in keys] == pytest.approx([2 / 3, 1 / 3, 0, 0])
