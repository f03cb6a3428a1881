"""Practice from end to end: set up, begun, answered and ended; who may not, and what stays untouched."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from rapport.accounts import actions as accounts
from rapport.accounts import practising
from rapport.accounts.doors import places_of
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import gone_from
from rapport.conftest import World, at_most, stand_in
from rapport.contacts.models import Reason
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.guides import publishing
from rapport.guides.definition.reading import read_guide
from rapport.guides.library import actions as library
from rapport.guides.library.access import access_entry
from rapport.guides.library.queries import library_of
from rapport.guides.queries import guide_of
from rapport.guides.versions import versions_in_force
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.walls import inside
from rapport.learning.certification.definition import Level
from rapport.learning.certification.standards import Names, Since, facts_of, judged
from rapport.learning.practice import actions, cli, jobs, queries
from rapport.learning.practice.models import Practice
from rapport.learning.practice.setting_up import _by_hand, set_up
from rapport.learning.practice.tests.stage import (
    WAIVES,
    a_practice_programme,
    a_scorecard,
    answered,
    begun,
    contact_of,
    counted,
    practised_in,
    said,
    says,
    stock,
    taken,
    wrapped_up,
)
from rapport.learning.tests.stage import client_of
from rapport.quality import scorecards
from rapport.quality.access import access_scorecard
from rapport.quality.queries import scorecards_of
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.models import Offer
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

OTHER = 'name = "Other"\n[[steps]]\nkey = "a"\nkind = "close"\ntitle = "A"\n'
BLOCK = """
name = "Block"
[fields.ref]
label = "Reference"
[[steps]]
key = "block"
kind = "do"
title = "Block it"
connector = "core.block"
gives = ["ref"]
[[steps]]
key = "close"
kind = "close"
title = "Close"
"""
MARK = "Nobody here is real but you"
PAGE = "/at/cards/learning/practice/"
HOSTILE = ["", "nobody", "x" * 5000, "'; DROP TABLE practice_practice; --", "\x00"]


def somebody(world: World, name: str, role: Role) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id=name, name=name, role=role, username=name)


def row_of(row: Practice) -> Practice:
    with inside(row.programme_id):
        return Practice.objects.get(pk=row.pk)


class TestSetUp:
    def test_it_copies_what_is_live_and_again_changes_nothing(self, world: World) -> None:
        a_scorecard(world)
        stock(world)
        practice = set_up(programme=world.programme, actor="test")
        assert (practice.key, practice.name, practice.partner_id) == (
            "cards-practice", "Cards: practice", world.programme.partner_id,
        )  # fmt: skip
        before = counted(practice)
        with inside(practice.pk):
            assert [one.guide.key for one in versions_in_force(practice)] == ["cancel-a-card"]
            assert [key for _, key, _ in library_of(practice).entries()] == ["fee", "waive"]
            assert [one.live.name for one in scorecards_of(practice)] == ["Listening"]
            assert list(Reason.objects.values_list("key", flat=True)) == ["cancel"]
            assert not Customer.objects.exists()
        assert set_up(programme=world.programme, actor="test") == practice
        after = counted(practice)
        assert {name for name in after if after[name] != before[name]} == {"events_event"}
        with inside(practice.pk):
            assert Event.objects.filter(name="practice.set_up").count() == 2

    def test_it_is_renewed_with_what_is_new_and_without_what_is_gone(self, world: World) -> None:
        a_scorecard(world)
        practice = a_practice_programme(world)
        scorecards.withdraw(row=access_scorecard(world.programme, "listening"), actor="test")
        publishing.install(programme=world.programme, text=OTHER)
        publishing.retire(programme=world.programme, key="cancel-a-card")
        for key in ("waive", "fee"):
            library.withdraw(entry=access_entry(world.programme, key))
        set_up(programme=world.programme, actor="test")
        with inside(practice.pk):
            assert [one.guide.key for one in versions_in_force(practice)] == ["other"]
            assert not list(library_of(practice).entries())
            assert [one.live for one in scorecards_of(practice)] == [None]

    def test_where_its_key_is_anothers_none_is_made(self, world: World) -> None:
        Programme.objects.filter(pk=world.other.pk).update(key="cards-practice")
        answer = client_of(world.supervisor).post(f"{PAGE}set-up/")
        assert answer.status_code == 409 and "cards-practice" in answer.text
        assert practising.practice_of(world.programme) is None

    def test_steps_that_reach_the_partners_system_are_done_by_hand(self) -> None:
        block = read_guide(_by_hand(BLOCK)).by_key["block"]
        assert (block.connector, block.gives, block.words) == ("", [], "Block it")

    def test_one_that_is_for_practice_has_none_of_its_own_and_never_another(self, world: World) -> None:
        practice = a_practice_programme(world)
        with inside(practice.pk), pytest.raises(Conflict):
            set_up(programme=practice, actor="test")
        for changed in (None, world.other.pk):
            with pytest.raises(IntegrityError), transaction.atomic():
                Programme.objects.filter(pk=practice.pk).update(practises_for=changed)
        with pytest.raises(IntegrityError), transaction.atomic():
            Programme.objects.filter(pk=world.other.pk).update(practises_for=world.other)

    def test_the_command_sets_it_up(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        stock(world)
        stand_in(None)
        assert cli.run(["set-up", "--programme", "cards"]) == 0
        assert "practise in cards-practice" in capsys.readouterr().out


class TestPractice:
    def test_the_whole_way_leaves_the_real_programme_untouched(self, world: World) -> None:
        a_practice_programme(world)
        before = counted(world.programme), counted(world.other)
        row = taken(world)
        place = row.member
        assert said(row) == [("customer", said(row)[0][1])] and "Cancel my card" in said(row)[0][1]
        assert answered(row, "Good day!") == "It costs too much for what it does."
        assert answered(row, "Which bank do you move to?") == "Northbank."
        assert answered(row, "Nice weather.") == "I see. That is not quite what I meant, though."
        assert answered(row, WAIVES) == (
            "That is good to know. Then I leave everything as it is. Thank you, that helped."
        )
        row = row_of(row)
        assert row.outcome == "stayed" and contact_of(row).state == "wrap_up"
        with inside(row.programme_id):
            wrapped_up(row)
            assert presence.presence_of(place).doing == "available"
            assert names_of_events() == ["practice.set_up", "practice.begun", "practice.ended"]
            assert Customer.objects.get().name == "Robin Ashdown"
        assert (counted(world.programme), counted(world.other)) == before

    def test_the_guide_of_the_reason_serves_at_the_practice_desk(self, world: World) -> None:
        a_practice_programme(world)
        row = taken(world)
        with inside(row.programme_id):
            view = guide_of(contact_of(row), member=row.member)
        assert view is not None and (view.key, view.required) == ("cancel-a-card", 1)

    def test_a_customer_who_is_answered_nothing_leaves(self, world: World) -> None:
        a_practice_programme(world)
        row = taken(world, "hurried")
        for words in ("Hello", "Hm", "Hm", "Hm"):
            answered(row, words)
        assert said(row)[-1][1] == "I have to go. Just end it." and row_of(row).outcome == "left"
        answered_before = said(row)
        jobs.reply(programme_id=row.programme_id, practice_id=row.pk)
        assert said(row) == answered_before

    def test_a_job_that_runs_again_says_nothing_again(self, world: World) -> None:
        a_practice_programme(world)
        row = taken(world)
        answered(row, "Hello")
        before = said(row)
        for _ in range(3):
            jobs.reply(programme_id=row.programme_id, practice_id=row.pk)
        assert said(row) == before

    def test_only_a_reps_words_are_answered_and_only_in_a_practice(self, world: World) -> None:
        a_practice_programme(world)
        row = taken(world)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        with inside(row.programme_id):
            opening = Event.objects.filter(name="chat.message").first()
        jobs.hear(programme_id=row.programme_id, event_id=opening.pk)
        assert jobs_named("practice.reply") == 0
        says(row, "Hello")
        assert (jobs_named("practice.hear"), jobs_named("practice.reply")) == (1, 1)
        with inside(world.programme.pk):
            chat_in_the_real_one(world)
        assert jobs_named("practice.hear") == 1

    def test_it_is_for_who_began_it_and_rings_for_nobody_else(self, world: World) -> None:
        a_practice_programme(world)
        other = taken(world, member=world.second_rep)
        with inside(other.programme_id):
            routing.end_conversation(contact_of(other), by="rep", actor="test")
            wrapped_up(other)
        row = begun(world)
        with inside(row.programme_id):
            assert open_offer_to(other.member) is None
            offer = open_offer_to(row.member)
            routing.decline(member=row.member, offer_id=offer.public_id, because=Offer.Decline.values[0])
            turn(row.programme)
            assert open_offer_to(other.member) is None

    def test_nobody_practises_while_customers_come_to_them(self, world: World) -> None:
        a_practice_programme(world)
        presence.choose(member=world.rep, doing="available")
        with pytest.raises(Conflict, match="Choose Training"):
            actions.begin(member=world.rep, persona="open")
        presence.choose(member=world.rep, doing="training")
        begun(world)
        with pytest.raises(Conflict, match="You practise already"):
            actions.begin(member=world.rep, persona="open")

    @pytest.mark.parametrize("told", HOSTILE)
    def test_what_is_not_on_the_list_is_refused(self, world: World, told: str) -> None:
        practice = a_practice_programme(world)
        with pytest.raises(Invalid):
            actions.begin(member=world.rep, persona=told)
        if told:
            with pytest.raises(Invalid):
                actions.begin(member=world.rep, persona="open", reason=told)
        with inside(practice.pk):
            assert not Practice.objects.exists()

    def test_before_it_is_set_up_nobody_practises(self, world: World) -> None:
        with pytest.raises(Conflict, match="set up"):
            actions.begin(member=world.rep, persona="open")
        assert "Not set up yet" in client_of(world.rep).get(PAGE).text

    def test_how_it_ended_is_told_as_it_was(self, world: World) -> None:
        practice = a_practice_programme(world)
        row = taken(world)
        assert outcomes(world, practice) == [""]
        with inside(row.programme_id):
            routing.end_conversation(contact_of(row), by="rep", actor="test")
        assert outcomes(world, practice) == ["stopped"]
        with inside(practice.pk):
            wrapped_up(row)
        row = begun(world)
        with inside(row.programme_id):
            routing.abandon(contact_of(row), actor="customer")
        assert outcomes(world, practice) == ["not_taken", "stopped"]


class TestWhoMay:
    def test_a_rep_practises_by_its_page(self, world: World) -> None:
        a_practice_programme(world)
        rep = client_of(world.rep)
        assert "Somebody with five minutes" in rep.get(PAGE).text
        answer = rep.post(f"{PAGE}begin/", {"persona": "open", "reason": "cancel"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/at/cards-practice/desk/")
        assert "A practice is under way" in rep.get(PAGE).text
        desk = rep.get("/at/cards-practice/desk/").text
        assert (
            "Nobody here is real but you" in desk and "Nobody here is real" not in rep.get("/at/cards/desk/").text
        )
        again = rep.post(f"{PAGE}begin/", {"persona": "open"})
        assert again.status_code == 409 and "You practise already" in again.text

    def test_who_writes_courses_sets_it_up_and_nobody_else(self, world: World) -> None:
        stock(world)
        assert client_of(world.rep).post(f"{PAGE}set-up/").status_code == 403
        assert practising.practice_of(world.programme) is None
        assert client_of(world.supervisor).post(f"{PAGE}set-up/").status_code == 302
        assert practised_in(world).key == "cards-practice"

    def test_a_supervisor_looks_at_it_and_another_rep_does_not(self, world: World) -> None:
        a_practice_programme(world)
        row = taken(world)
        answered(row, "Hello")
        to = f"{PAGE}{row.public_id}/look/"
        lead = client_of(world.supervisor)
        assert "Look at Rep’s practice with" in lead.get(PAGE).text
        answer = lead.post(to)
        where = answer.headers["Location"]
        assert where == reverse("contact", args=["cards-practice", row.contact.public_id])
        assert "It costs too much" in lead.get(where).text
        other = client_of(world.second_rep)
        assert "Nothing practised yet" in other.get(PAGE).text
        assert other.post(to).status_code == 404 and other.get(where).status_code == 404
        assert client_of(world.rep).post(to).headers["Location"] == where

    def test_who_is_out_of_the_real_programme_is_out_of_practice(self, world: World) -> None:
        a_practice_programme(world)
        begun(world)
        rep = client_of(world.rep)
        assert rep.get("/at/cards-practice/desk/").status_code == 200
        accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
        assert rep.get("/at/cards-practice/desk/").status_code == 403
        accounts.set_rules(programme=world.programme, actor="test", requires_screening=False)
        accounts.change_place(member=world.rep, actor="test", role=Role.SENIOR_REP)
        assert rep.get("/at/cards-practice/desk/").status_code == 404  # as what they were, not any more
        accounts.change_place(member=world.rep, actor="test", is_active=False)
        assert rep.get("/at/cards-practice/desk/").status_code == 404

    def test_nobody_is_let_in_but_by_their_own_programme_and_role(self, world: World) -> None:
        practice = a_practice_programme(world)
        assert client_of(world.outsider).get("/at/cards-practice/desk/").status_code == 404
        assert client_of(world.rep).get("/at/cards-practice/desk/").status_code == 404  # never let in
        with inside(world.other.pk), pytest.raises(Conflict):
            practising.enter(member=world.outsider, practice=practice)
        for role in (Role.PARTNER_VIEWER, Role.ADMINISTRATOR, Role.AUDITOR, Role.PLANNER):
            with pytest.raises(Forbidden):
                practising.enter(member=somebody(world, role.value, role), practice=practice)
        manager = practising.enter(member=somebody(world, "boss", Role.MANAGER), practice=practice)
        assert manager.role == Role.SUPERVISOR and not manager.may(Right.MANAGE_CONNECTORS)
        trainer = somebody(world, "trainer", Role.TRAINER)
        with pytest.raises(Forbidden):
            actions.begin(member=trainer, persona="open")

    def test_role_and_team_follow_the_real_place(self, world: World) -> None:
        practice = a_practice_programme(world)
        place = practising.enter(member=world.rep, practice=practice)
        member = accounts.change_place(member=world.rep, actor="test", role=Role.SENIOR_REP, team="North")
        again = practising.enter(member=member, practice=practice)
        assert again.pk == place.pk and (again.role, again.team.name) == ("senior_rep", "North")
        member = accounts.change_place(member=member, actor="test", team="")
        assert practising.enter(member=member, practice=practice).team is None

    def test_no_customer_and_no_program_comes_in_and_no_list_of_work_has_it(self, world: World) -> None:
        practice = a_practice_programme(world)
        begun(world)
        assert client_of(world.outsider).get("/p/cards-practice/").status_code == 404
        with inside(practice.pk), pytest.raises(Conflict):
            accounts.issue_token(programme=practice, name="x", rights=[Right.USE_API])
        assert len(places_of(world.rep.user)) == 2
        assert client_of(world.rep).get("/").headers["Location"] == "/at/cards/desk/"


def test_a_page_of_many_practices_asks_as_often_as_one_of_few(world: World) -> None:
    practice = a_practice_programme(world)
    lead = client_of(world.supervisor)
    for number in range(3):
        row = begun(world, member=somebody(world, f"r{number}", Role.REP))
        with inside(practice.pk):
            routing.abandon(contact_of(row), actor="customer")
    lead.get(PAGE)
    with at_most(22):
        lead.get(PAGE)


def test_who_leads_a_team_reads_its_practices_and_nobody_elses(world: World) -> None:
    practice = a_practice_programme(world)
    for name, team in (("ann", "North"), ("ben", "South"), ("cleo", "")):
        member = accounts.change_place(member=somebody(world, name, Role.REP), actor="test", team=team)
        row = begun(world, member=member)
        with inside(practice.pk):
            routing.abandon(contact_of(row), actor="customer")
    for role, team, read in (
        (Role.SENIOR_REP, "North", ["ann"]),
        (Role.SENIOR_REP, "", []),
        (Role.REP, "North", []),
        (Role.SUPERVISOR, "North", ["ann", "ben", "cleo"]),
    ):
        reader = accounts.change_place(member=somebody(world, f"{role} {team}", role), actor="test", team=team)
        with inside(practice.pk):
            shown = queries.practices_shown(reader, practice)
            assert sorted(one.row.member.user.username for one in shown) == read, (role, team)


def test_the_customer_waits_for_an_hour_and_then_is_gone(world: World) -> None:
    practice = a_practice_programme(world)
    begun(world)
    with inside(practice.pk), clock.at(clock.now() + timedelta(minutes=50)):
        assert gone_from(practice) == []
    with inside(practice.pk), clock.at(clock.now() + timedelta(minutes=70)):
        [one] = gone_from(practice)
        assert chat.abandon_if_gone(one)


def names_of_events() -> list[str]:
    rows = Event.objects.filter(name__startswith="practice.").order_by("pk")
    return list(rows.values_list("name", flat=True))


def test_a_certificate_may_ask_for_practices_that_were_finished(world: World) -> None:
    a_practice_programme(world)
    level = Level(name="Ready", practices=1)
    assert asked_of(world, level) == [("One practice with a made-up customer", "0 done", False)]
    row = taken(world, "hurried")
    for words in ("Hello", "Hm", "Hm", "Hm"):
        assert not asked_of(world, level)[0][2]
        answered(row, words)
    assert asked_of(world, level) == [("One practice with a made-up customer", "1 done", True)]
    assert not asked_of(world, level, member=world.second_rep)[0][2]
    assert not asked_of(world, level, since=clock.now() + timedelta(days=1))[0][2]


def test_a_practice_counts_as_of_when_it_ended_however_long_ago_it_was_begun(world: World) -> None:
    a_practice_programme(world)
    start = clock.now()
    row = taken(world, "hurried")
    with clock.at(start + timedelta(minutes=10)):
        for words in ("Hello", "Hm", "Hm", "Hm"):
            answered(row, words)
    ended = start + timedelta(minutes=10)
    with inside(world.programme.pk):
        for since, found in ((start + timedelta(minutes=5), [ended]), (ended + timedelta(seconds=1), [])):
            practised = queries.practices_of(world.programme, [world.rep.user_id], since)
            assert practised.get(world.rep.user_id, []) == found
    level = Level(name="Ready", practices=1)
    assert asked_of(world, level, since=start + timedelta(minutes=5))[0][2]


def asked_of(
    world: World, level: Level, *, member: Member | None = None, since: datetime | None = None
) -> list[tuple[str, str, bool]]:
    """Return what a level asks, of what is on file from then on."""
    who, start = member or world.rep, since or clock.now() - timedelta(days=1)
    facts = facts_of(world.programme, [who], certificates={}, courses=[], since=start)
    asked = judged(level, facts[who.pk], Since(start, start), clock.now(), Names())
    return [(one.what, one.told, one.is_met) for one in asked]


def outcomes(world: World, practice: Programme) -> list[str]:
    with inside(practice.pk):
        return [one.outcome for one in queries.practices_shown(world.rep, practice)]


def jobs_named(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name])
        return int(cursor.fetchone()[0])


def chat_in_the_real_one(world: World) -> None:
    chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
