"""One-to-ones by their pages: planned each week, reminded of, moved, held, ended, missed; and who sees them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts.models import Member, Programme
from rapport.coaching import actions, agenda, jobs, queries, rhythms
from rapport.coaching.access import seen_by
from rapport.coaching.agenda import agenda_of
from rapport.coaching.models import AgreedAction, Hard, OneToOne, Rhythm, RolePlay
from rapport.coaching.rhythms import monday_of, time_in
from rapport.coaching.tests.stage import BASE, MONDAY, a_manager, client_of, planned, started, weekly
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact, Leg
from rapport.customers.promises.actions import make_promise
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.guides.library.models import LibraryEntry
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.walls import inside
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.routing import presence

GREET: dict[str, Any] = {"criterion": "service/greet", "what": "Greet by name", "target": 90}


def events_named(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_a_rhythm_plans_this_week_and_the_next_once_and_the_rep_sees_it(world: World) -> None:
    supervisor = client_of(world.supervisor)
    with clock.at(MONDAY):
        sent = {"rep": "rep", "weekday": "3", "at": "10:00", "minutes": "30"}
        assert supervisor.post(f"{BASE}rhythm/", sent).status_code == 302
        jobs.keep(timestamp=0)
        jobs.keep(timestamp=0)
        rows = list(OneToOne.objects.order_by("planned_for"))
        assert [one.planned_for for one in rows] == [
            datetime(2026, 11, 18, 9, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)
        ]  # fmt: skip
        assert events_named("one_to_one.planned") == 2
        page = client_of(world.rep).get(BASE).text
        assert "18 Nov" in page and "with Supervisor" in page and "Meet each week" not in page


def test_the_clock_of_the_programme_counts_where_it_changes(world: World) -> None:
    row = Rhythm(weekday=7, at=time(2, 30))
    assert time_in(row, date(2026, 10, 19), world.programme).astimezone(UTC).hour == 0
    assert time_in(row, date(2026, 10, 26), world.programme).astimezone(UTC).hour == 1


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_week_begins_on_its_monday(day: date) -> None:
    assert monday_of(day).isoweekday() == 1 and 0 <= (day - monday_of(day)).days < 7


def test_a_rhythm_plans_nothing_for_a_time_that_has_passed(world: World) -> None:
    with clock.at(MONDAY + timedelta(days=4)):
        weekly(world)
        assert rhythms.plan_ahead(programme=world.programme) == 0
        assert OneToOne.objects.get().planned_for == datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_a_rhythm_plans_nothing_for_who_has_left(world: World) -> None:
    with clock.at(MONDAY):
        weekly(world)
        OneToOne.objects.all().delete()
        for who in (world.rep, world.supervisor):
            Member.objects.filter(pk=who.pk).update(is_active=False)
            assert rhythms.plan_ahead(programme=world.programme) == 0
            Member.objects.filter(pk=who.pk).update(is_active=True)
        assert rhythms.plan_ahead(programme=world.programme) == 2


def test_a_changed_rhythm_takes_along_what_nobody_moved(world: World) -> None:
    with clock.at(MONDAY):
        weekly(world)
        first, second = OneToOne.objects.order_by("planned_for")
        by_hand = first.planned_for + timedelta(hours=2)
        rhythms.move(member=world.rep, one_to_one=first.public_id, when=by_hand)
        weekly(world, weekday=4)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.planned_for == by_hand and second.planned_for.isoweekday() == 4
        assert OneToOne.objects.count() == 2
        rhythms.end_rhythm(member=world.supervisor, rep="rep")
        assert set(OneToOne.objects.values_list("state", flat=True)) == {"cancelled"}
        assert rhythms.plan_ahead(programme=world.programme) == 0


def test_a_reminder_comes_once_and_again_when_moved(world: World) -> None:
    with clock.at(MONDAY):
        weekly(world)
    with clock.at(MONDAY + timedelta(days=1, hours=4)):
        assert rhythms.remind(programme=world.programme) == 1
        assert rhythms.remind(programme=world.programme) == 0
        told = Event.objects.get(name="one_to_one.reminded")
        assert set(told.audience) == {f"member:{world.rep.pk}", f"member:{world.supervisor.pk}"}
        row = OneToOne.objects.earliest("planned_for")
        rhythms.move(member=world.rep, one_to_one=row.public_id, when=row.planned_for + timedelta(minutes=5))
        assert rhythms.remind(programme=world.programme) == 1


def test_one_held_before_its_day_says_when_it_was_and_for_when_it_was_planned(world: World) -> None:
    with clock.at(MONDAY):
        row = planned(world)
        address = f"{BASE}one-to-ones/{row.public_id}/"
        assert "16 Nov, " in client_of(world.rep).get(address).text
    with clock.at(MONDAY - timedelta(days=1)):
        actions.start(member=world.supervisor, one_to_one=row.public_id)
        page = client_of(world.rep).get(address).text
    assert page.index("15 Nov, ") < page.index("planned for 16 Nov")


def test_the_idle_desk_reminds_the_rep_of_the_next_one(world: World) -> None:
    row = planned(world)
    desk = "/at/cards/desk/"
    assert "One-to-one with Supervisor" in client_of(world.rep).get(desk).text
    assert "One-to-one with" not in client_of(world.second_rep).get(desk).text
    with clock.at(row.planned_for - timedelta(hours=25)):
        assert queries.next_within_a_day(world.rep) is None
    rhythms.call_off(member=world.rep, one_to_one=row.public_id)
    assert "One-to-one with" not in client_of(world.rep).get(desk).text


def test_one_that_nobody_held_is_missed_when_its_day_is_over(world: World) -> None:
    with clock.at(MONDAY):
        weekly(world)
    with clock.at(datetime(2026, 11, 18, 22, 30, tzinfo=UTC)):
        assert rhythms.miss_overdue(programme=world.programme) == 0
    with clock.at(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)):
        assert rhythms.miss_overdue(programme=world.programme) == 1
        assert rhythms.miss_overdue(programme=world.programme) == 0
    assert OneToOne.objects.earliest("planned_for").state == "missed"


def test_one_is_held_by_its_page_and_ends_in_at_most_three_actions(world: World) -> None:
    a_scorecard(world)
    supervisor, row = client_of(world.supervisor), planned(world)
    to = f"{BASE}one-to-ones/{row.public_id}/"
    assert "Start it" in supervisor.get(to).text and "Start it" not in client_of(world.rep).get(to).text
    assert supervisor.post(f"{to}start/").url == to
    assert supervisor.post(f"{to}start/").url == to
    day = (clock.now().date() + timedelta(days=14)).isoformat()
    for number, key in enumerate(("greet", "identity", "listen", "plain")):
        sent = {"criterion": f"service/{key}", "what": f"Do {key}", "target": "90", "review_on": day}
        answer = supervisor.post(f"{to}agree/", sent)
        assert answer.status_code == (302 if number < 3 else 409), key
    assert "Three actions are agreed already" in answer.text
    assert client_of(world.rep).post(f"{to}end/", {"method": "contact", "notes": "Good talk"}).url == to
    assert supervisor.post(f"{to}end/", {"method": "talk"}).url == to
    row.refresh_from_db()
    assert (row.state, row.ended_by, row.method, row.notes) == ("done", "rep", "contact", "Good talk")
    assert Event.objects.get(name="one_to_one.ended").data["actions"] == 3
    page = client_of(world.rep).get(to).text
    assert "Do listen" in page and "Good talk" in page
    made = AgreedAction.objects.get(number=1)
    assert supervisor.post(f"{BASE}actions/{made.public_id}/settle/", {"outcome": "reached"}).status_code == 302
    assert (
        actions.settle(member=world.supervisor, action_id=made.public_id, outcome="dropped").outcome == "reached"
    )
    assert supervisor.post(f"{BASE}actions/{made.public_id}/settle/", {"outcome": "open"}).status_code == 422
    assert client_of(world.rep).post(f"{BASE}actions/{made.public_id}/settle/").status_code == 403


def test_the_database_keeps_at_most_three_and_one_at_once(world: World) -> None:
    row = started(world)
    told = {
        "programme": world.programme, "one_to_one": row, "criterion": "a/b", "what": "x", "target": 1,
        "review_on": MONDAY.date(), "agreed_at": MONDAY,
    }  # fmt: skip
    AgreedAction.objects.create(number=3, **told)
    for number in (3, 4):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgreedAction.objects.create(number=number, **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        OneToOne.objects.filter(pk=row.pk).update(coach=world.rep)
    with pytest.raises(IntegrityError), transaction.atomic():
        OneToOne.objects.filter(pk=row.pk).update(state="done")
    with pytest.raises(Conflict, match="in another one-to-one"):
        started(world, world.second_rep)


def test_one_that_nobody_ended_counts_its_planned_length_and_says_so(world: World) -> None:
    with clock.at(MONDAY):
        row = started(world)
    with clock.at(MONDAY + timedelta(minutes=59)):
        assert actions.end_forgotten(programme=world.programme) == 0
    with clock.at(MONDAY + timedelta(minutes=61)):
        assert actions.end_forgotten(programme=world.programme) == 1
        assert actions.end_forgotten(programme=world.programme) == 0
        assert "nobody ended it" in client_of(world.rep).get(BASE).text
    row.refresh_from_db()
    assert (row.seconds, row.ended_by) == (1800, "limit")
    with clock.at(MONDAY + timedelta(hours=2)):
        late = started(world)
    with clock.at(MONDAY + timedelta(hours=6)):
        actions.end(member=world.rep, one_to_one=late.public_id, method="talk")
    late.refresh_from_db()
    assert (late.seconds, late.ended_by) == (1800, "limit")


def test_a_rep_on_the_floor_is_in_coaching_from_the_start(world: World) -> None:
    presence.choose(member=world.rep, doing="break")
    started(world)
    found = presence.presence_of(world.rep)
    assert found is not None and found.doing == "coaching"


def test_a_role_play_is_kept_with_the_rebuttals_tried(world: World) -> None:
    row = planned(world)
    with pytest.raises(Conflict, match="not begun"):
        actions.keep_role_play(member=world.rep, one_to_one=row.public_id, situation="Too dear", rebuttals=[])
    actions.start(member=world.supervisor, one_to_one=row.public_id)
    rep, to = client_of(world.rep), f"{BASE}one-to-ones/{row.public_id}/"
    assert rep.post(f"{to}play/", {"situation": "Too dear", "rebuttals": ["none"]}).status_code == 422
    assert rep.post(f"{to}play/", {"situation": " "}).status_code == 422
    assert rep.post(f"{to}play/", {"situation": "Too dear", "went": "Well"}).url == to
    assert RolePlay.objects.get().went == "Well" and "Too dear" in rep.get(to).text


def test_a_role_play_has_ten_rebuttals_at_most_however_often_each_is_named(world: World) -> None:
    row = started(world)
    keys = [f"r{number}" for number in range(11)]
    LibraryEntry.objects.bulk_create(
        LibraryEntry(
            programme=world.programme, key=key, kind="rebuttal", review_on=date(2027, 1, 1), made_at=clock.now()
        )
        for key in keys
    )
    rep, to = client_of(world.rep), f"{BASE}one-to-ones/{row.public_id}/"
    refused = rep.post(f"{to}play/", {"situation": "Too dear", "rebuttals": keys})
    assert (refused.status_code, "ten at most" in refused.text) == (422, True)
    assert not RolePlay.objects.exists()
    assert rep.post(f"{to}play/", {"situation": "Too dear", "rebuttals": keys[:10] * 2}).url == to
    assert RolePlay.objects.get().rebuttals == keys[:10]


def test_only_the_two_and_who_holds_the_right_see_it(world: World) -> None:
    row = planned(world)
    to = f"{BASE}one-to-ones/{row.public_id}/"
    boss = a_manager(world)
    for who, status in ((world.rep, 200), (world.supervisor, 200), (boss, 200), (world.second_rep, 404)):
        assert client_of(who).get(to).status_code == status, who
    assert seen_by(world.second_rep).count() == 0
    other = client_of(world.second_rep)
    for what in ("move/", "call-off/", "missed/", "pick/", "play/", "end/"):
        assert other.post(f"{to}{what}").status_code in (404, 422), what
    assert other.get(f"{BASE}gap/?rep=rep").status_code == 404
    assert client_of(boss).post(f"{to}start/").status_code == 403
    assert other.post(f"{to}start/").status_code == 403
    assert client_of(world.outsider).get(to).status_code == 404
    with inside(world.other.pk):
        assert not OneToOne.objects.exists()
    row.refresh_from_db()
    assert row.state == "planned"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"rep": "rep", "weekday": "9", "at": "10:00", "minutes": "30"},
        {"rep": "rep", "weekday": "1", "at": "25:00", "minutes": "30"},
        {"rep": "rep", "weekday": "1", "at": "10:00", "minutes": "9999"},
        {"rep": "rep", "weekday": "1", "at": "10:00", "minutes": "1"},
        {"rep": "rep", "weekday": "٣", "at": "10:00", "minutes": "30"},
        {"rep": "outsider", "weekday": "1", "at": "10:00", "minutes": "30"},
        {"rep": "supervisor", "weekday": "1", "at": "10:00", "minutes": "30"},
    ],
)
def test_a_rhythm_that_makes_no_sense_is_refused(world: World, sent: dict[str, str]) -> None:
    assert client_of(world.supervisor).post(f"{BASE}rhythm/", sent).status_code == 422
    assert not Rhythm.objects.exists() and not OneToOne.objects.exists()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"criterion": "service/none"}, "criterion"),
        ({"criterion": ""}, "criterion"),
        ({"what": "  "}, "what the rep will do"),
        ({"what": "x" * 301}, "under 300"),
        ({"target": 101}, "share"),
        ({"review_on": MONDAY.date()}, "after today"),
        ({"review_on": MONDAY.date() + timedelta(days=93)}, "three months"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(world: World, told: dict[str, Any], says: str) -> None:
    with clock.at(MONDAY):
        a_scorecard(world)
        row = started(world)
        good = {**GREET, "review_on": MONDAY.date() + timedelta(days=7)}
        with pytest.raises(Invalid, match=says):
            actions.agree(member=world.supervisor, one_to_one=row.public_id, **(good | told))
        assert not AgreedAction.objects.exists()


def test_what_is_over_stays_over(world: World) -> None:
    a_scorecard(world)
    row, now = planned(world), clock.now()
    with pytest.raises(Conflict, match="still to come"):
        rhythms.miss(member=world.rep, one_to_one=row.public_id)
    with pytest.raises(Invalid, match="from now on"):
        rhythms.move(member=world.rep, one_to_one=row.public_id, when=now - timedelta(days=1))
    with pytest.raises(Conflict, match="not begun"):
        actions.end(member=world.rep, one_to_one=row.public_id, method="talk")
    rhythms.call_off(member=world.rep, one_to_one=row.public_id)
    rhythms.call_off(member=world.rep, one_to_one=row.public_id)
    assert events_named("one_to_one.cancelled") == 1
    with pytest.raises(Conflict, match="called off"):
        actions.start(member=world.supervisor, one_to_one=row.public_id)
    with pytest.raises(Conflict, match="cancelled"):
        rhythms.move(member=world.rep, one_to_one=row.public_id, when=now + timedelta(days=1))
    with clock.at(MONDAY):
        held = started(world)
        actions.end(member=world.rep, one_to_one=held.public_id, method="talk")
    with clock.at(MONDAY + timedelta(days=2)), pytest.raises(Conflict, match="within a day"):
        actions.agree(
            member=world.supervisor,
            one_to_one=held.public_id,
            **GREET,
            review_on=MONDAY.date() + timedelta(days=9),
        )
    with pytest.raises(Forbidden):
        actions.start(member=a_manager(world), one_to_one=held.public_id)


def test_the_agenda_tells_of_figures_words_and_what_was_agreed(world: World) -> None:
    with clock.at(MONDAY):
        a_scorecard(world)
        before = started(world)
        review = MONDAY.date() + timedelta(days=3)
        actions.agree(member=world.supervisor, one_to_one=before.public_id, **GREET, review_on=review)
        actions.end(member=world.supervisor, one_to_one=before.public_id, method="talk")
    with clock.at(MONDAY + timedelta(days=7)):
        said(world.rep, a_contact(world, at=MONDAY + timedelta(days=2)))
        row = planned(world)
        page = client_of(world.rep).get(f"{BASE}one-to-ones/{row.public_id}/").text
    assert "So patient with me" in page and "Greet by name" in page and "due" in page
    assert "Figures since 16 Nov" in page and "context, no target" in page and "few" in page


def test_the_agenda_tells_of_its_own_days_and_of_nothing_else(world: World) -> None:
    """Since the last one before it, a week at least and four weeks at most; what is over keeps to that."""
    with clock.at(MONDAY):
        a_scorecard(world)
        told: dict[str, Any] = {"rep": world.rep, "reason": world.reason.key, "kind": "held", "counted_at": MONDAY}
        told |= {"since": MONDAY.date(), "until": MONDAY.date(), "legs": 40, "happened": 20, "peers": 9}
        Hard.objects.create(programme=world.programme, above=0.3, low=0.1, high=0.5, **told)
        make_promise(member=world.rep, customer=world.customer, what="Send it", due_on=MONDAY.date())
    lasts: list[OneToOne] = []
    for days, since in ((0, 28), (3, 7), (13, 10), (60, 28)):
        with clock.at(MONDAY + timedelta(days=days)):
            row = started(world)
            review = clock.now().date() + timedelta(days=2)
            actions.agree(member=world.supervisor, one_to_one=row.public_id, **GREET, review_on=review)
            found = agenda_of(world.rep, row)
            assert found.since == found.until - timedelta(days=since), days
            assert found.last == (lasts[-1] if lasts else None) and found.hard and found.promises
            assert [one.one_to_one for one in found.actions] == lasts
            lasts.append(actions.end(member=world.supervisor, one_to_one=row.public_id, method="talk"))
            assert lasts[-1].ended_by == "coach"
    with clock.at(MONDAY + timedelta(days=70)):
        over = agenda_of(world.rep, queries.seen_by(world.rep).get(pk=lasts[1].pk))
    assert (over.until, over.last) == ((MONDAY + timedelta(days=3)).date(), lasts[0])
    assert over.hard == [] and over.promises == []


def test_figures_stand_beside_as_many_days_before_and_handle_time_is_not_judged(world: World) -> None:
    today = MONDAY.date()
    for back in (0, 28, 29, 57):  # these days: 0 to 28 days ago, and before them 29 to 57
        one = a_contact(world, at=MONDAY - timedelta(days=back))
        said(world.rep, one)
        times = {"started_at": one.arrived_at, "ended_at": one.arrived_at + timedelta(minutes=1 + back)}
        Leg.objects.create(programme=world.programme, contact=one, rep=world.rep, **times)
    Survey.objects.filter(contact__arrived_at=MONDAY - timedelta(days=57)).update(rating=1)
    said(world.rep, a_contact(world, at=MONDAY - timedelta(days=58)))
    with clock.at(MONDAY + timedelta(hours=3)):
        found = {one.key: one for one in agenda_of(world.rep, planned(world)).figures}
        days = {one.key: one.contacts for one in agenda._figures(world.rep, today - timedelta(days=57), today)}
    assert found["satisfaction"].contacts == 2 and days["satisfaction"] == 4
    assert (found["satisfaction"].before, found["satisfaction"].now) == ("3.00", "5.00")
    assert found["satisfaction"].change is not None and found["average_handle_time"].change is None
    assert found["average_handle_time"].now != found["average_handle_time"].before != "–"
    assert found["average_handle_time"].is_context and not found["satisfaction"].is_context


def test_an_action_is_due_from_the_midnight_of_the_programme_on(world: World) -> None:
    with clock.at(MONDAY):
        a_scorecard(world)
        before = started(world)
        review = MONDAY.date() + timedelta(days=3)
        made = actions.agree(member=world.supervisor, one_to_one=before.public_id, **GREET, review_on=review)
        row = planned(world, world.rep)
    for programme_zone, midnight in (
        ("Europe/Berlin", datetime(2026, 11, 18, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 19, 5, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 18, 11, tzinfo=UTC)),
    ):
        Programme.objects.filter(pk=world.programme.pk).update(timezone=programme_zone)
        for instant, is_due in ((midnight - timedelta(seconds=1), False), (midnight, True)):
            with clock.at(instant), at_most(1):
                assert [one.is_due for one in queries.agreed_before(row)] == [is_due], programme_zone
    with clock.at(MONDAY + timedelta(days=9)):
        actions.settle(member=world.supervisor, action_id=made.public_id, outcome="dropped")
        made.refresh_from_db()
        assert not made.is_due


def said(rep: Member, contact: Contact) -> None:
    Survey.objects.create(
        programme=rep.programme, contact=contact, invited_at=MONDAY, rating=5, resolved=True,
        comment="So patient with me", answered_at=MONDAY + timedelta(days=2),
    )  # fmt: skip


def test_the_list_asks_no_more_for_more_rows(world: World) -> None:
    for _ in range(6):
        planned(world)
    client = client_of(world.supervisor)
    client.get(BASE)
    with at_most(40):
        client.get(BASE)
