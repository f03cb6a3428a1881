"""How one's own work looks: each fact from its figures, seen by oneself alone, and shared for a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.coaching.models import OneToOne
from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Forbidden, Invalid
from rapport.kit.walls import inside
from rapport.recognition.awards.tests.stage import a_manager, client_of
from rapport.recognition.kudos import actions as kudos
from rapport.recognition.staff import actions, jobs, queries, signs
from rapport.recognition.staff.models import Shared, StrainTold
from rapport.recognition.staff.signs import SIGNS, Day, Fact, facts_of, of_days, of_missed, of_thanks
from rapport.routing.models import StateSpan

NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
MINE = "/at/cards/how-work-is/mine/"
SHARED = "/at/cards/how-work-is/shared/"


def worked(world: World, rep: Member, on: date, *, hours: float = 8, share: float = 0.5, starts: int = 8) -> None:
    """Have a rep work a day from an hour (UTC) on: on contacts for a share of it, then available; then off."""
    begins = datetime(on.year, on.month, on.day, starts, tzinfo=UTC)
    turns, ends = begins + timedelta(hours=hours * share), begins + timedelta(hours=hours)
    for doing, start, end in (
        ("on_contact", begins, turns), ("available", turns, ends), ("offline", ends, ends + timedelta(hours=9)),
    ):  # fmt: skip
        StateSpan.objects.create(
            programme=world.programme, member=rep, doing=doing, started_at=start, ended_at=end
        )


def a_usual_past(world: World, rep: Member) -> None:
    for back in range(20, 60, 2):
        worked(world, rep, NOON.date() - timedelta(days=back))


def facts(world: World, rep: Member, at: datetime = NOON) -> dict[str, Fact]:
    return {one.key: one for one in facts_of(world.programme, [rep], at)[rep.pk]}


def test_more_time_on_contacts_than_ones_own_usual_stands_out(world: World) -> None:
    a_usual_past(world, world.rep)
    for back in range(1, 6):
        worked(world, world.rep, NOON.date() - timedelta(days=back), share=0.75)
        worked(world, world.second_rep, NOON.date() - timedelta(days=back), share=1)
    told = facts(world, world.rep)["busy"]
    assert told.stands_out and told.words == (
        "75\u202f% of the last two weeks on the floor were on contacts; in the eight before 50\u202f%."
    )
    assert facts(world, world.second_rep)["busy"] == Fact("busy", "Too little time on the floor to say.", False)


def test_of_the_people_asked_for_alone_days_are_read(world: World) -> None:
    for rep in (world.rep, world.second_rep):
        worked(world, rep, NOON.date() - timedelta(days=3))
    assert set(signs._days(world.programme, NOON, ["rep"])) == {"rep"}


def test_long_days_and_late_ends_are_counted(world: World) -> None:
    a_usual_past(world, world.rep)  # until 16:00 UTC, 17:00 in Berlin
    for back in range(1, 4):
        worked(world, world.rep, NOON.date() - timedelta(days=back), hours=10)
    worked(world, world.rep, NOON.date() - timedelta(days=5))
    told = facts(world, world.rep)
    assert told["long"] == Fact(
        "long", "3 of 4 days in the last two weeks had more than 9½ hours; before 0 of 20.", stands_out=True
    )
    assert told["late"].stands_out and told["late"].words.startswith(
        "3 of 4 days ended an hour or more after your"
    )
    earlier = facts(world, world.rep, NOON - timedelta(days=2))
    assert not earlier["long"].stands_out and earlier["long"].words.startswith("1 of 3 days")


def test_the_usual_end_is_told_by_the_programmes_clock(world: World) -> None:
    for back in range(15, 24):  # all of them in winter time
        worked(world, world.rep, NOON.date() - timedelta(days=back))
    assert "usual 17:00" in facts(world, world.rep)["late"].words
    assert facts(world, world.second_rep)["late"].words == "Too few days to say when yours usually end."


def test_one_to_ones_missed_in_a_row(world: World) -> None:
    def planned(days: int, state: str) -> None:
        started = NOON - timedelta(days=days) if state == "done" else None
        OneToOne.objects.create(
            programme=world.programme, rep=world.rep, coach=world.supervisor, minutes=30, state=state,
            planned_for=NOON - timedelta(days=days), started_at=started,
            ended_at=started, ended_by="coach" if started else "",
        )  # fmt: skip

    planned(30, "missed")
    planned(21, "done")
    planned(14, "missed")
    assert not facts(world, world.rep)["missed"].stands_out
    planned(7, "missed")
    planned(5, "cancelled")
    planned(-2, "planned")
    told = facts(world, world.rep)["missed"]
    assert told.stands_out and told.words == "The last 2 in a row were missed."
    assert facts(world, world.second_rep)["missed"].words == "The last one was not missed."


def test_weeks_since_one_was_thanked(world: World) -> None:
    Member.objects.update(since=NOON - timedelta(days=200))
    with clock.at(NOON - timedelta(days=40)):
        kudos.give(member=world.supervisor, to="rep", words="For the late one")
    for rep in (world.rep, world.second_rep):
        rep.refresh_from_db()
    told = facts(world, world.rep)["thanks"]
    assert (told.words, told.stands_out) == (
        "It is 5 weeks since you were last thanked or recognised.",
        False,
    )
    assert facts(world, world.rep, NOON + timedelta(days=3))["thanks"].stands_out
    assert facts(world, world.second_rep)["thanks"] == Fact("thanks", "None yet, in 28 weeks here.", True)


@given(
    st.lists(
        st.builds(Day, st.floats(0, 20_000), st.floats(20_000, 40_000), st.floats(0, 60_000), st.floats(0, 1500)),
        min_size=10,
        max_size=40,
    )
)
def test_who_works_as_always_has_no_sign_of_their_days(days: list[Day]) -> None:
    same = [Day(one.busy, one.floor, min(one.at_work, 9 * 3600), days[0].end) for one in days]
    assert not any(fact.stands_out for fact in of_days(same, same))


def test_where_nothing_is_on_file_nothing_stands_out() -> None:
    for fact in (*of_days([], []), of_missed(0), of_thanks(timedelta(days=2), ever=False)):
        assert not fact.stands_out and fact.words


def test_the_page_shows_ones_own_and_nobody_elses(world: World) -> None:
    mine = client_of(world.rep)
    with clock.at(NOON), at_most(30):
        page = mine.get(MINE).text
    assert all(name in page for name in SIGNS.values()) and "Rep2" not in page
    assert "Supervisor" in page  # to whom it may be shown


def test_a_sign_is_shown_to_one_until_it_is_taken_back_or_over(world: World) -> None:
    mine, lead = client_of(world.rep), client_of(world.supervisor)
    with clock.at(NOON):
        assert mine.post(f"{MINE}share/", {"sign": "long", "reader": "supervisor"}).status_code == 302
        page = lead.get(SHARED).text
        assert "<strong>Rep</strong>" in page and "long days" in page and "late ends" not in page
        assert "sees this until 16" in mine.get(MINE).text.replace("\u202f", " ")
        assert "<strong>Rep</strong>" not in client_of(a_manager(world)).get(SHARED).text
        for _ in range(2):
            assert mine.post(f"{MINE}take-back/", {"sign": "long"}).status_code == 302
        assert "<strong>Rep</strong>" not in lead.get(SHARED).text
        actions.share(member=world.rep, sign="late", reader="supervisor")
    with clock.at(NOON + timedelta(days=28)):
        assert queries.shared_with(world.supervisor) == [] and queries.shared_by(world.rep) == {}
        for _ in range(2):
            jobs.forget_shared(timestamp=0)
    assert not Shared.objects.exists()
    told = Event.objects.filter(name__startswith="staff.sign")
    assert {(one.name, one.actor, str(one.data)) for one in told} == {
        ("staff.sign_shared", "somebody", "{}"),
        ("staff.sign_taken_back", "somebody", "{}"),
    }


def test_shown_anew_it_goes_to_the_other_one_instead(world: World) -> None:
    boss = a_manager(world)
    with clock.at(NOON):
        for reader in ("supervisor", "boss", "boss"):
            actions.share(member=world.rep, sign="busy", reader=reader)
        assert queries.shared_with(world.supervisor) == [] and len(queries.shared_with(boss)) == 1
        accounts.change_place(member=world.rep, actor="test", is_active=False)
        assert queries.shared_with(boss) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Shared.objects.create(
            programme=world.programme, member=world.rep, reader=world.rep, sign="late", until=NOON
        )
    with inside(world.other.pk):
        assert not Shared.objects.exists()


def test_what_cannot_be_sent_is_refused(world: World) -> None:
    mine = client_of(world.rep)
    for sent in (
        {}, {"sign": "long"}, {"sign": "mood", "reader": "supervisor"}, {"sign": "long", "reader": "rep2"},
        {"sign": "long", "reader": "rep"}, {"sign": "long", "reader": "outsider"}, {"sign": "x" * 90_000},
        {"sign": "long", "reader": "\x00"}, {"sign": "long\x00", "reader": "supervisor"},
    ):  # fmt: skip
        assert mine.post(f"{MINE}share/", sent).status_code == 422, str(sent)[:60]
    assert mine.post(f"{MINE}take-back/", {"sign": "x" * 90_000}).status_code == 302
    assert mine.post(f"{MINE}take-back/", {"sign": "\x00"}).status_code == 422
    with pytest.raises(Invalid):  # a supervisor shows theirs to another, not to themselves
        actions.share(member=world.supervisor, sign="long", reader="supervisor")
    with pytest.raises(Forbidden):
        actions.share(member=a_manager(world), sign="long", reader="supervisor")
    assert not Shared.objects.exists()


def test_who_may_not(world: World) -> None:
    boss = client_of(a_manager(world))
    rep, other = client_of(world.rep), client_of(world.outsider)
    sent = {"sign": "long", "reader": "supervisor"}
    assert boss.get(MINE).status_code == 403 == boss.post(f"{MINE}share/", sent).status_code
    assert boss.post(f"{MINE}take-back/", sent).status_code == 403 == rep.get(SHARED).status_code
    for path in (MINE, SHARED):
        assert other.get(path).status_code == 404
    assert other.post(f"{MINE}share/", sent).status_code == 404
    assert not Shared.objects.exists()


def test_nothing_of_a_persons_facts_is_kept(world: World) -> None:
    a_usual_past(world, world.rep)
    with clock.at(NOON):
        client_of(world.rep).get(MINE)
        actions.share(member=world.rep, sign="long", reader="supervisor")
    names = {field.name for field in Shared._meta.get_fields()}
    assert names == {"id", "programme", "member", "sign", "reader", "until"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'staff_%'")
        assert cursor.fetchone() == (6,)
    assert {field.name for field in StrainTold._meta.get_fields()} == {
        "id", "programme", "starts_on", "fewest", "told",
    }  # fmt: skip
