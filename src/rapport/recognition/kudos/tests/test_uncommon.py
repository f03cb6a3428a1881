"""Uncommon service: what rules find, who settles it, who is told; and that it is settled once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts.models import Member
from rapport.accounts.names import for_partner
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.customers.promises.models import Promise
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, NotFound
from rapport.kit.walls import inside
from rapport.ledger.models import Account, Claim
from rapport.quality.tests.cards import a_contact
from rapport.recognition import actions as rally
from rapport.recognition.awards.tests.stage import a_manager, client_of, reps_of
from rapport.recognition.kudos import queries, uncommon
from rapport.recognition.kudos.models import Uncommon
from rapport.recognition.letter import as_text

NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
PAGE = "/at/cards/recognition/uncommon/"


def rated(
    world: World, rep: Member, rating: int = 5, comment: str = "She stayed on with me", ago: int = 1
) -> Contact:
    row = a_contact(world, rep, at=NOON - timedelta(days=ago, hours=2))
    Survey.objects.create(
        programme=world.programme, contact=row, rating=rating, comment=comment, invited_at=NOON,
        answered_at=NOON - timedelta(days=ago),
    )  # fmt: skip
    return row


def promised(world: World, contact: Contact, **told: Any) -> Promise:
    made = {
        "state": "kept", "evidence": "event", "due_by": NOON + timedelta(days=2), "settled_at": NOON,
        "made_by": contact.rep, "keeper": contact.rep, "by": "rep",
    }  # fmt: skip
    return Promise.objects.create(
        programme=world.programme, customer=world.customer, contact_id=contact.pk, what="A new card",
        made_at=contact.arrived_at, due_on=NOON.date(), **(made | told),
    )  # fmt: skip


def found(member: Member) -> dict[int, list[str]]:
    with clock.at(NOON):
        return {one.contact.pk: one.rules for one in uncommon.proposed(member)}


def settled(world: World, contact: Contact, *, by: Member | None = None, confirmed: bool = True) -> Uncommon:
    with clock.at(NOON):
        return uncommon.settle(
            member=by or world.supervisor,
            contact=contact.public_id,
            confirmed=confirmed,
            why="Rang the bank herself",
        )


def test_the_best_rating_with_words_is_found_and_nothing_less(world: World) -> None:
    best = rated(world, world.rep)
    rated(world, world.rep, rating=4)
    rated(world, world.rep, comment="")
    rated(world, world.rep, ago=40)
    assert found(world.supervisor) == {best.pk: ["words"]}
    with clock.at(NOON - timedelta(days=1, minutes=1)):  # a minute before it was rated
        assert uncommon.proposed(world.supervisor) == []


def test_a_promise_kept_a_day_early_by_who_made_it_is_found(world: World) -> None:
    early = a_contact(world, world.rep, at=NOON - timedelta(days=3))
    promised(world, early)
    for told in (
        {"due_by": NOON + timedelta(hours=23)}, {"keeper": None}, {"evidence": "note"},
        {"made_by": world.second_rep, "keeper": world.second_rep},
        {"state": "broken", "evidence": "time"}, {"settled_at": NOON - timedelta(days=29)},
    ):  # fmt: skip
        promised(world, a_contact(world, world.rep, at=NOON - timedelta(days=30)), **told)
    assert found(world.supervisor) == {early.pk: ["early"]}


def test_who_wanted_to_leave_stayed_and_rated_five_is_found_once_it_has_matured(world: World) -> None:
    kept, first, second = (rated(world, world.rep, comment="") for _ in range(3))
    unhappy = rated(world, world.rep, rating=4)
    for contact, state in ((kept, "matured"), (first, "provisional"), (second, "reversed"), (unhappy, "matured")):
        a_claim(world, contact, state)
    assert found(world.supervisor) == {kept.pk: ["stayed"]}


def a_claim(world: World, contact: Contact, state: str) -> None:
    account = Account.objects.create(programme=world.programme, customer=world.customer, holding=str(contact.pk))
    Claim.objects.create(
        programme=world.programme, attempt=uuid4(), account=account, contact=contact.public_id, rep=contact.rep,
        made_at=NOON - timedelta(days=61), made_on=NOON.date() - timedelta(days=61),
        matures_at=NOON - timedelta(days=1), state=state, state_at=NOON - timedelta(days=1), why="active",
    )  # fmt: skip


def test_what_more_rules_find_comes_first_and_is_one_proposal(world: World) -> None:
    first = rated(world, world.rep, ago=9)
    rated(world, world.second_rep, ago=1)
    promised(world, first, settled_at=NOON - timedelta(days=2))
    promised(world, rated(world, world.second_rep, rating=4))  # newer, as the words are
    told = found(world.supervisor)
    assert list(told.values()) == [["early", "words"], ["early"], ["words"]] and next(iter(told)) == first.pk


def test_what_many_say_does_not_crowd_out_what_is_rare(world: World) -> None:
    for _ in range(5):
        rated(world, world.second_rep, ago=0)
    for _ in range(2):
        a_claim(world, rated(world, world.rep, comment="", ago=20), "matured")
    assert list(found(world.supervisor).values()) == [["words"], ["stayed"]] * 2 + [["words"]] * 3


def test_the_page_shows_ten_and_leads_to_the_further_ones(world: World) -> None:
    contacts = [rated(world, world.rep, comment=f"Kind {ago:02}", ago=ago) for ago in range(1, 13)]
    lead = client_of(world.supervisor)
    with clock.at(NOON):
        first = lead.get(PAGE).text
        [after] = re.findall(r'href="\?after=([0-9a-f-]{36})"', first)
        assert (first.count("“Kind"), after) == (10, str(contacts[9].public_id))
        rest = lead.get(f"{PAGE}?after={after}").text
        assert re.findall(r"“Kind (\d+)”", rest) == ["11", "12"] and "From the first on" in rest
        done = lead.post(
            f"{PAGE}{contacts[11].public_id}/settle/?after={after}", {"verdict": "turn_down", "why": "Usual"}
        )
        assert done.url == f"{PAGE}?after={after}"
        assert "“Kind 12”" not in lead.get(done.url).text
        for unknown in (str(uuid4()), "x", "1&after="):  # settled by somebody meanwhile, or made up
            assert lead.get(PAGE, {"after": unknown}).text.count("“Kind") == 10


def test_from_the_page_to_the_rep_and_the_letter(world: World) -> None:
    contact = rated(world, world.rep, comment="Ada here: <b>she</b> rang me back")
    lead = client_of(world.supervisor)
    with clock.at(NOON):
        page = lead.get(PAGE).text
        assert "Found by rule" in page and "&lt;b&gt;she" in page and "Ada" not in page
        sent = {"verdict": "confirm", "why": "Rang <i>Ada</i> back at 8"}
        assert lead.post(f"{PAGE}{contact.public_id}/settle/", sent).status_code == 302
        assert "Found by rule" in lead.get(PAGE).text and found(world.supervisor) == {}
        mine = client_of(world.rep).get("/at/cards/recognition/").text
        assert "Your uncommon service" in mine and "Rang &lt;i&gt;Ada" in mine and str(contact.public_id) in mine
        assert "Rang" not in client_of(world.second_rep).get("/at/cards/recognition/").text
    [row] = queries.uncommon(world.programme, NOON)
    told = Event.objects.get(name="uncommon.confirmed")
    assert told.data == {"rep": "rep", "contact": str(contact.public_id), "rules": ["words"]}
    assert told.subject == row.public_id
    with clock.at(NOON + timedelta(days=1)):
        note = rally.draft(programme=world.programme, day=NOON.date(), actor="test")
        other = rally.draft(programme=world.programme, day=NOON.date() + timedelta(days=1), actor="test")
        earlier = rally.draft(programme=world.programme, day=NOON.date() - timedelta(days=1), actor="test")
        page = client_of(world.supervisor).get(f"/at/cards/rally/{NOON.date()}/").text
    assert other.uncommon == [] == earlier.uncommon
    assert "Rang &lt;i&gt;…&lt;/i&gt; back at 8" in page and "Uncommon service\n  Rep: Rang" in as_text(note)
    assert "Ada" not in as_text(note)
    partners = as_text(note, for_partner(world.programme))
    assert "Uncommon service\n  rep " in partners and "Rep: Rang" not in partners


def test_what_is_turned_down_is_kept_with_its_reason_and_told_to_nobody(world: World) -> None:
    contact = rated(world, world.rep)
    lead = client_of(world.supervisor)
    with clock.at(NOON):
        sent = {"verdict": "turn_down", "why": "Kind, but what anybody would do"}
        assert lead.post(f"{PAGE}{contact.public_id}/settle/", sent).status_code == 302
        assert "what anybody would do" in lead.get(PAGE).text
        assert "anybody" not in client_of(world.rep).get("/at/cards/recognition/").text
        assert rally.draft(programme=world.programme, day=NOON.date(), actor="test").uncommon == []
    assert found(world.supervisor) == {} and queries.uncommon(world.programme, NOON - timedelta(days=9)) == []
    assert not Uncommon.objects.get().confirmed and Event.objects.filter(name="uncommon.turned_down").exists()


def test_one_is_settled_once_and_never_by_the_rep(world: World) -> None:
    manager, contact = a_manager(world), rated(world, world.rep)
    settled(world, contact)
    for confirmed in (True, False):
        with pytest.raises(Conflict, match="has settled"):
            settled(world, contact, by=manager, confirmed=confirmed)
    own = rated(world, world.supervisor)
    assert own.pk not in found(world.supervisor) and own.pk in found(manager)
    with pytest.raises(Forbidden):
        settled(world, own)
    with pytest.raises(Forbidden):
        settled(world, own, by=world.rep)
    told = {"programme": world.programme, "confirmed": True, "why": "x", "at": NOON}
    for wrong in (
        {"contact": contact, "rep": world.rep, "by": manager},
        {"contact": own, "rep": manager, "by": manager},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Uncommon.objects.create(**told, **wrong)
    assert Uncommon.objects.count() == 1


def test_what_no_rule_finds_is_not_settled(world: World) -> None:
    plain = a_contact(world, world.rep, at=NOON - timedelta(days=1))
    late = rated(world, world.rep, ago=29)
    for contact in (plain, late):
        with pytest.raises(Conflict, match="not proposed"):
            settled(world, contact)
    gone = rated(world, world.rep)
    Customer.objects.filter(pk=world.customer.pk).update(standing="restricted")
    assert found(world.supervisor) == {}
    with pytest.raises(Conflict, match="not proposed"):
        settled(world, gone)


def test_what_cannot_be_sent_is_refused_in_words(world: World) -> None:
    contact = rated(world, world.rep)
    lead, at = client_of(world.supervisor), f"{PAGE}{contact.public_id}/settle/"
    with clock.at(NOON):
        for sent in (
            {}, {"verdict": "confirm"}, {"verdict": "confirm", "why": " \x00 "}, {"verdict": "", "why": "x"},
            {"verdict": "confirm", "why": "x" * 201}, {"verdict": "erase", "why": "x" * 90_000},
        ):  # fmt: skip
            assert lead.post(at, sent).status_code == 422, sent.get("why", "")[:9]
        assert 'value="Kept"' in lead.post(at, {"verdict": "", "why": "Kept"}).text
        assert lead.post(f"{PAGE}{uuid4()}/settle/", {"verdict": "confirm", "why": "x"}).status_code == 404
        assert lead.post(at, {"verdict": "confirm", "why": "x"}).status_code == 302
        assert lead.post(at, {"verdict": "confirm", "why": "x"}).status_code == 409
    assert Uncommon.objects.count() == 1


def test_who_may_not(world: World) -> None:
    contact = rated(world, world.rep)
    sent, at = {"verdict": "confirm", "why": "Mine"}, f"{PAGE}{contact.public_id}/settle/"
    for member, status in ((world.second_rep, 403), (world.rep, 403), (world.outsider, 404)):
        theirs = client_of(member)
        assert theirs.get(PAGE).status_code == status == theirs.post(at, sent).status_code
        assert "Uncommon service" not in theirs.get("/at/cards/recognition/").text
    assert not Uncommon.objects.exists()
    with inside(world.other.pk), pytest.raises(NotFound):
        uncommon.settle(member=world.supervisor, contact=contact.public_id, confirmed=True, why="x")


def test_of_an_erased_customer_the_words_go(world: World) -> None:
    from rapport.recognition.kudos.personal import KEPT

    [kept] = [one for one in KEPT if one.key == "kudos.uncommon"]
    settled(world, rated(world, world.rep))
    assert kept.becomes == {"why": ""}
    Uncommon.objects.update(**kept.becomes)
    with clock.at(NOON):
        assert "(the words are gone)" in client_of(world.supervisor).get(PAGE).text
        assert "(the words are gone)" in client_of(world.rep).get("/at/cards/recognition/").text
        assert rally.draft(programme=world.programme, day=NOON.date(), actor="test").uncommon == []


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    for rep in reps_of(world, 12):
        contact = rated(world, rep)
        promised(world, contact)
        rated(world, rep)
    for one in list(found(world.supervisor))[:6]:
        settled(world, Contact.objects.get(pk=one))
    lead = client_of(world.supervisor)
    with clock.at(NOON), at_most(30):
        lead.get(PAGE)


@settings(max_examples=15)
@given(told=st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.booleans()), min_size=1, max_size=9))
def test_however_often_it_is_sent_each_contact_is_settled_once_by_the_first(
    world: World, told: list[tuple[int, bool, bool]]
) -> None:
    Uncommon.objects.all().delete()
    people = (world.supervisor, Member.objects.filter(agent_id="boss").first() or a_manager(world))
    contacts = [rated(world, world.rep), rated(world, world.second_rep)]
    first: dict[int, bool] = {}
    for which, confirmed, by_second in told:
        try:
            settled(world, contacts[which], by=people[by_second], confirmed=confirmed)
        except Conflict:
            assert which in first
        else:
            first[which] = confirmed
    rows = dict(Uncommon.objects.values_list("contact", "confirmed"))
    assert rows == {contacts[which].pk: confirmed for which, confirmed in first.items()}


def test_when_somebody_was_last_recognised(world: World) -> None:
    settled(world, rated(world, world.rep))
    settled(world, rated(world, world.second_rep), confirmed=False)
    both = [world.rep, world.second_rep]
    assert queries.last_recognised(both, NOON + timedelta(hours=1)) == {world.rep.pk: NOON}
    assert queries.last_recognised(both, NOON) == {} == queries.last_recognised([world.second_rep], clock.now())
