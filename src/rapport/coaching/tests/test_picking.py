"""The contact that the rep picks: scored alone, scored unseen, then both side by side, and over time."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from rapport.accounts.models import Member, Team
from rapport.accounts.roles import Role
from rapport.coaching import actions, gaps, queries, rhythms
from rapport.coaching.models import OneToOne
from rapport.coaching.tests.stage import BASE, client_of, planned
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.privacy import actions as privacy
from rapport.quality import actions as quality
from rapport.quality import selecting
from rapport.quality.models import Origin, Selection
from rapport.quality.tests.cards import FORM, a_contact, a_scorecard
from rapport.quality.tests.test_evaluating import scored


def test_both_score_unseen_and_then_see_the_gap_side_by_side(world: World) -> None:
    card, row, contact = a_scorecard(world), planned(world), a_contact(world)
    to = f"{BASE}one-to-ones/{row.public_id}/"
    rep, supervisor = client_of(world.rep), client_of(world.supervisor)
    assert str(contact.public_id) in rep.get(to).text
    assert str(contact.public_id) not in supervisor.get(to).text
    own = rep.post(f"{to}pick/", {"contact": str(contact.public_id), "scorecard": card.key}).url
    assert rep.post(f"{own}submit/", {**FORM, "answer.greet": "0", "comment.greet": "I forgot"}).status_code == 302
    page = supervisor.get(to).text
    assert "has scored it" in page and "Score it unseen" in page and "I forgot" not in page and "90 %" not in page
    selection = Selection.objects.get()
    theirs = supervisor.post(f"/at/cards/quality/selections/{selection.public_id}/begin/").url
    assert "I forgot" not in supervisor.get(theirs).text
    assert supervisor.post(f"{theirs}submit/", FORM).status_code == 302
    for client in (rep, supervisor):
        page = client.get(to).text
        assert "I forgot" in page and "90 %" in page and "100 %" in page and "−100" in page
    assert Event.objects.filter(name="one_to_one.picked").count() == 1


def test_a_rep_picks_own_contacts_only_and_another_until_one_is_scored(world: World) -> None:
    card, row = a_scorecard(world), planned(world)
    first, second, others = a_contact(world), a_contact(world), a_contact(world, world.second_rep)
    told: dict[str, Any] = {"member": world.rep, "one_to_one": row.public_id, "scorecard": card.key}
    with pytest.raises(NotFound):
        actions.pick(**told, contact_id=others.public_id)
    with pytest.raises(Invalid, match="scorecard"):
        actions.pick(**{**told, "scorecard": "none"}, contact_id=first.public_id)
    with pytest.raises(Forbidden):
        actions.pick(**{**told, "member": world.supervisor}, contact_id=first.public_id)
    actions.pick(**told, contact_id=first.public_id)
    actions.pick(**told, contact_id=second.public_id)
    row.refresh_from_db()
    assert row.selection is not None and row.selection.contact_id == second.pk
    scored(world.rep, row.selection)
    with pytest.raises(Conflict, match="it stays"):
        actions.pick(**told, contact_id=first.public_id)
    bad = client_of(world.rep).post(f"{BASE}one-to-ones/{row.public_id}/pick/", {"contact": "nonsense"})
    assert bad.status_code == 422 and "Choose a contact" in bad.text


def test_nothing_is_picked_for_a_one_to_one_that_is_over_nor_offered_before_it_is_closed(world: World) -> None:
    card, row = a_scorecard(world), planned(world)
    closed, going_on = a_contact(world), a_contact(world)
    Contact.objects.filter(pk=going_on.pk).update(state="wrap_up", closed_at=None)
    assert queries.to_pick_from(world.rep) == [closed]
    rhythms.call_off(member=world.rep, one_to_one=row.public_id)
    with pytest.raises(Conflict, match="is over"):
        actions.pick(member=world.rep, one_to_one=row.public_id, contact_id=closed.public_id, scorecard=card.key)


def test_a_contact_is_in_one_stretch_of_four_weeks_alone(world: World) -> None:
    zone = world.programme.zone
    with clock.at(clock.now() - timedelta(days=60)):
        card = a_scorecard(world)
    today = clock.now().astimezone(zone).date()
    for back in (27, 28):  # the first day of the latest stretch, and the last of the one before
        at = datetime.combine(today - timedelta(days=back), time(12), zone)
        contact = a_contact(world, at=at)
        with clock.at(at + timedelta(hours=2)):
            row = selecting.choose(
                member=world.rep, contact_id=contact.public_id, scorecard=card.key, origin="own"
            )
            scored(world.rep, row)
            scored(world.supervisor, row)
    found = gaps.over_time(world.rep).stretches
    assert [(one.contacts, one.picked) for one in found] == [(1, 1), (1, 1)]
    assert (found[0].first, found[0].last) == (today - timedelta(days=27), today)


def test_a_teammates_contact_is_no_pick_though_one_may_read_it(world: World) -> None:
    card, row = a_scorecard(world), planned(world)
    team = Team.objects.create(programme=world.programme, name="North")
    Member.objects.filter(pk__in=[world.rep.pk, world.second_rep.pk]).update(team=team)
    Member.objects.filter(pk=world.rep.pk).update(role=Role.SENIOR_REP)
    senior = Member.objects.select_related("user", "programme").get(pk=world.rep.pk)
    theirs = a_contact(world, world.second_rep).public_id
    with pytest.raises(Forbidden, match="of your own"):
        actions.pick(member=senior, one_to_one=row.public_id, contact_id=theirs, scorecard=card.key)
    assert not Selection.objects.exists()


def test_a_contact_that_others_chose_is_no_pick(world: World) -> None:
    card, row, contact = a_scorecard(world), planned(world), a_contact(world)
    selecting.select(
        programme=world.programme, scorecard=card, contact=contact, origin=Origin.COMPLAINT, actor="test"
    )
    with pytest.raises(Conflict, match="has chosen already"):
        actions.pick(member=world.rep, one_to_one=row.public_id, contact_id=contact.public_id, scorecard=card.key)
    assert OneToOne.objects.get().selection is None


def test_the_gap_is_told_over_time_and_nothing_of_few(world: World) -> None:
    card = a_scorecard(world)
    for number in range(gaps.FEWEST):
        if number == gaps.FEWEST - 1:
            assert (
                gaps.over_time(world.rep).stretches[0].own.value
                != gaps.over_time(world.rep).stretches[0].own.value
            )
        contact = a_contact(world, at=clock.now() - timedelta(days=number))
        row = selecting.choose(member=world.rep, contact_id=contact.public_id, scorecard=card.key, origin="own")
        scored(world.rep, row)
        scored(world.supervisor, row, **({"greet": 0} if number else {}))
    found = gaps.over_time(world.rep)
    assert found.stretches[0].own.value == pytest.approx(0.08)
    assert found.stretches[0].own.low < 0.08 < found.stretches[0].own.high
    assert (found.stretches[0].contacts, found.stretches[0].picked, found.stretches[0].random) == (5, 5, 0)
    page = client_of(world.rep).get(f"{BASE}gap/").text
    assert "+8.0" in page and "below 5" in page
    assert client_of(world.second_rep).get(f"{BASE}gap/?rep=rep").status_code == 404
    planned(world)
    assert client_of(world.supervisor).get(f"{BASE}gap/?rep=rep").status_code == 200


def test_the_difference_of_picked_and_random_has_welchs_range() -> None:
    found = gaps._difference([0.9, 0.8, 1.0, 0.9, 0.7, 0.8], [0.5, 0.6, 0.4, 0.9, 0.7])
    assert found.value == pytest.approx(0.85 - 0.62)
    assert [found.low, found.high] == pytest.approx([-0.0058, 0.4658], abs=2e-4)
    alike = gaps._difference([1.0] * 5, [0.5] * 6)
    assert alike.value == 0.5 and alike.low != alike.low
    one = gaps._difference([1.0] * 5, [0.5, 0.6, 0.5, 0.6, 0.5])
    assert one.low < 0.46 < one.high
    few = gaps._difference([1.0] * 4, [0.5] * 9)
    assert few.value != few.value


def test_own_scores_whose_counterpart_is_to_come_are_in_no_gap(world: World) -> None:
    card, contact = a_scorecard(world), a_contact(world)
    row = selecting.choose(member=world.rep, contact_id=contact.public_id, scorecard=card.key, origin="own")
    scored(world.supervisor, row)
    assert gaps.over_time(world.rep).contacts == []
    assert gaps.official_scores(world.rep, clock.now() - timedelta(days=9))["picked"] == []
    quality.see_without_own(member=world.rep, selection_id=row.public_id)
    assert len(gaps.official_scores(world.rep, clock.now() - timedelta(days=9))["picked"]) == 1


def test_notes_about_a_contact_of_whom_we_let_go_are_gone_and_no_others(world: World) -> None:
    card, about, other, contact = a_scorecard(world), planned(world), planned(world), a_contact(world)
    told: dict[str, Any] = {"member": world.rep, "one_to_one": about.public_id, "scorecard": card.key}
    actions.pick(**told, contact_id=contact.public_id)
    for row in (about, other):
        actions.start(member=world.supervisor, one_to_one=row.public_id)
        actions.end(member=world.rep, one_to_one=row.public_id, method="talk", notes="Ada was right")
    privacy.erase(programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor="test")
    assert [OneToOne.objects.get(pk=row.pk).notes for row in (about, other)] == ["", "Ada was right"]
