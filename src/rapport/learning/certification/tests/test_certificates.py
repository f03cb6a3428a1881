"""Certificates by their pages and actions: granted, renewed, revoked, lapsed; and what they keep, at once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.channels.chat import actions as chat
from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.learning.certification import actions, jobs, kinds, queries
from rapport.learning.certification.access import access_kind
from rapport.learning.certification.models import Certificate, CertificateKind, OnTheJob
from rapport.learning.certification.tests.stage import (
    BASE,
    PATH,
    TEXT,
    WHOLE,
    a_kind,
    a_manager,
    client_of,
    scored,
)
from rapport.learning.models import Course, Enrolment
from rapport.learning.queries import live_version as live_course
from rapport.learning.tests.stage import a_course
from rapport.quality.models import Origin, Selection
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.routing import presence
from rapport.routing.actions import accept
from rapport.routing.models import Permit
from rapport.routing.queries import level_of, open_offer_to
from rapport.routing.router import turn

YEAR = timedelta(days=366)


def granted(world: World, level: int = 1, kind: str = "cards") -> Certificate:
    return actions.grant(by=world.supervisor, rep="rep", kind=kind, level=level)


def state(world: World) -> str | None:
    return queries.standing(world.rep)[0].state


def told(name: str) -> int:
    return Event.objects.filter(name=f"certification.{name}").count()


def completed(world: World, course: Course, member: Member) -> None:
    now, version = clock.now(), live_course(course)
    Enrolment.objects.create(
        programme=world.programme, course=course, member=member, version=version, made_at=now, begun_at=now,
        completed_at=now,
    )  # fmt: skip


def a_chat(world: World) -> None:
    chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def is_offered(world: World) -> bool:
    presence.pulse(member=world.rep)
    turn(world.programme)
    return open_offer_to(world.rep) is not None


def test_it_is_granted_by_somebody_else_and_what_it_keeps_opens_at_once(world: World) -> None:
    a_kind(world)
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    assert not is_offered(world) and level_of(world.rep, "cards") == 1
    desk = client_of(world.rep).get("/at/cards/desk/").text
    assert "You have no certificate Cards yet. No contacts for Cards come." in desk
    page = client_of(world.rep).get(BASE).text
    assert "No certificate yet" in page and "are not offered without it" in page and "Certify as" not in page
    sent = {"rep": "rep", "kind": "cards", "level": "1"}
    assert client_of(world.supervisor).post(f"{BASE}grant/", sent).status_code == 302
    assert is_offered(world) and level_of(world.rep, "cards") == 2
    assert "No contacts for cards come" not in client_of(world.rep).get("/at/cards/desk/").text
    assert queries.certified(world.programme) == {world.rep.pk}
    assert queries.certified(world.programme, clock.now() - timedelta(hours=1)) == set()
    assert (told("granted"), state(world)) == (1, "certified")
    assert "Ready" in client_of(world.rep).get(BASE).text


def test_the_next_level_asks_for_its_standard_and_no_level_is_skipped(world: World) -> None:
    a_kind(world)
    card = a_scorecard(world)
    with pytest.raises(Conflict, match="not the next"):
        granted(world, 2)
    granted(world)
    for score in (900, 700):
        scored(world, card, score)
    with pytest.raises(Conflict, match="2 of 3 scored"):
        granted(world, 2)
    scored(world, card, 1000, origin=Origin.HAND)  # somebody picked it: it counts for nothing
    with pytest.raises(Conflict, match="2 of 3 scored"):
        granted(world, 2)
    scored(world, card, 790, fatal=True)
    with pytest.raises(Conflict, match=r"79\.7 %, 1 with a fatal error"):
        granted(world, 2)
    for score in (700, 900, 790):  # the latest three count
        scored(world, card, score)
    with pytest.raises(Conflict, match=r"79\.7 %\."):
        granted(world, 2)
    scored(world, card, 710)  # a mean of 80.0 exactly
    made = granted(world, 2)
    assert level_of(world.rep, "cards") == 4 and made.evidence[0][2] is True
    assert Certificate.objects.get(level=1).ended_how == "renewed"
    with pytest.raises(Conflict):
        granted(world, 3)


def test_of_three_levels_the_second_comes_next(world: World) -> None:
    a_kind(world, TEXT + '\n[[levels]]\nname = "Master"\nfreedom = 5\n')
    granted(world)
    [cards] = queries.standing(world.rep)
    assert [step.level for step in cards.steps] == [2]
    with pytest.raises(Conflict, match="not the next"):
        granted(world, 3)


def test_a_fatal_error_stops_it_whatever_the_mean(world: World) -> None:
    a_kind(world)
    card = a_scorecard(world)
    granted(world)
    for score in (1000, 1000):
        scored(world, card, score)
    scored(world, card, 1000, fatal=True)
    with pytest.raises(Conflict, match="fatal"):
        granted(world, 2)


def test_it_is_due_then_overdue_then_lapsed_by_the_clock_and_the_job_tells_it_once(world: World) -> None:
    a_kind(world)
    made = granted(world)
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    for before, expected in ((31, "certified"), (29, "due"), (6, "overdue")):
        with clock.at(made.valid_until - timedelta(days=before)):
            assert state(world) == expected
    with clock.at(made.valid_until - timedelta(seconds=1)):
        assert queries.certified(world.programme) == {world.rep.pk} and is_offered(world)
        presence.choose(member=world.rep, doing="break")
    with clock.at(made.valid_until):  # no job has run
        assert queries.certified(world.programme) == set()
        assert not is_offered(world) and level_of(world.rep, "cards") == 1
        assert state(world) == "expired"
    with clock.at(made.valid_until + timedelta(minutes=1)):
        jobs.keep(timestamp=0)
        jobs.keep(timestamp=0)
        made.refresh_from_db()
        assert (made.ended_how, made.ended_at, told("lapsed")) == ("lapsed", made.valid_until, 1)
        assert not Permit.objects.exists() and state(world) == "expired"
        assert "its last day was" in client_of(world.rep).get(BASE).text


def test_renewed_in_time_it_goes_on_and_lapsed_it_comes_back_at_its_level(world: World) -> None:
    a_kind(world)
    made = granted(world)
    with pytest.raises(Conflict):
        granted(world, 1)  # it is not due
    with clock.at(made.valid_until - timedelta(days=10)):
        again = granted(world, 1)
        assert (told("renewed"), Certificate.objects.get(pk=made.pk).ended_how) == (1, "renewed")
        assert again.valid_until > made.valid_until and queries.certified(world.programme)
    with clock.at(made.valid_until):
        assert queries.certified(world.programme) == {world.rep.pk}
    with clock.at(again.valid_until + timedelta(days=1)):
        assert state(world) == "expired"
        back = granted(world, 1)
        again.refresh_from_db()
        assert (again.ended_how, again.ended_at) == ("lapsed", again.valid_until)
        assert back.valid_until > clock.now() and level_of(world.rep, "cards") == 2


def test_revoked_with_a_reason_it_counts_at_once_and_begins_anew(world: World) -> None:
    a_kind(world)
    card = a_scorecard(world)
    granted(world)
    for _ in range(3):
        scored(world, card, 950)
    granted(world, 2)
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    assert is_offered(world)
    offer = open_offer_to(world.rep)
    assert offer is not None
    supervisor = client_of(world.supervisor)
    for because in ("", "   ", "x" * 301):
        refused = supervisor.post(f"{BASE}revoke/", {"rep": "rep", "kind": "cards", "because": because})
        assert refused.status_code == 422 and queries.certified(world.programme)
    sent = {"rep": "rep", "kind": "cards", "because": "Told a customer's data to another"}
    assert supervisor.post(f"{BASE}revoke/", sent).status_code == 302
    with pytest.raises(Conflict, match="certificate cards"):
        accept(member=world.rep, offer_id=offer.public_id)
    assert not is_offered(world) and not queries.certified(world.programme)
    assert level_of(world.rep, "cards") == 1 and told("revoked") == 1
    assert "Told a customer" in client_of(world.rep).get(BASE).text
    assert supervisor.post(f"{BASE}revoke/", sent).status_code == 409
    with pytest.raises(Conflict):
        granted(world, 2)
    assert granted(world, 1).level == 1


def test_one_for_the_programme_keeps_from_the_floor_and_the_desk_says_why(world: World) -> None:
    a_kind(world, WHOLE, key="all")
    desk = client_of(world.rep)
    page = desk.get("/at/cards/desk/").text
    assert "Your certificate first" in page and "no certificate Cards yet" in page
    with pytest.raises(Conflict, match="no certificate Cards yet"):
        presence.choose(member=world.rep, doing="available")
    made = granted(world, kind="all")
    presence.choose(member=world.rep, doing="available")
    with clock.at(made.valid_until):
        a_chat(world)
        assert not is_offered(world)
        jobs.keep(timestamp=0)
        assert presence.presence_of(world.rep).doing == "meeting"
        with pytest.raises(Conflict, match="Ready, lapsed: its last day was"):
            presence.choose(member=world.rep, doing="available")
        granted(world, kind="all")
        presence.choose(member=world.rep, doing="available")
        actions.revoke(by=world.supervisor, rep="rep", kind="all", because="A trial")
        with pytest.raises(Conflict, match=r"was revoked on .*: A trial"):
            presence.choose(member=world.rep, doing="available")


def test_on_the_job_one_serves_with_every_contact_scored_until_the_standard_is_met(world: World) -> None:
    a_kind(world, TEXT.replace("freedom = 2", "freedom = 2\ncontacts = 2\nmean = 80"))
    card = a_scorecard(world)
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    assert not is_offered(world)
    supervisor = client_of(world.supervisor)
    sent = {"rep": "rep", "kind": "cards", "do": "begin"}
    assert supervisor.post(f"{BASE}on-the-job/", sent).status_code == 302
    assert supervisor.post(f"{BASE}on-the-job/", sent).status_code == 409
    assert is_offered(world) and level_of(world.rep, "cards") == 1  # no freedom yet
    assert queries.certified(world.programme) == set()
    with clock.at(clock.now() + timedelta(hours=3)):
        mine, _ = a_contact(world), a_contact(world, world.second_rep)
        jobs.keep(timestamp=0)
        jobs.keep(timestamp=0)
        found = Selection.objects.get()
        assert (found.contact_id, found.origin) == (mine.pk, "on_the_job")
        assert "every contact is put among those" in client_of(world.rep).get(BASE).text
        with pytest.raises(Conflict, match="0 of 2"):
            granted(world)
        for _ in range(2):
            scored(world, card, 850)
        granted(world)
        assert OnTheJob.objects.get().ended_how == "certified" and level_of(world.rep, "cards") == 2
        assert Selection.objects.count() == 3
        a_contact(world)
        jobs.keep(timestamp=0)
        assert Selection.objects.count() == 3


def test_what_was_scored_before_the_phase_counts_for_nothing_in_it(world: World) -> None:
    a_kind(world, TEXT.replace("freedom = 2", "freedom = 2\ncontacts = 2\nmean = 80"))
    card = a_scorecard(world)
    for _ in range(2):
        scored(world, card, 850, at=clock.now() - timedelta(days=2))
    assert queries.standing(world.rep)[0].steps[0].is_ready
    actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
    assert not queries.standing(world.rep)[0].steps[0].is_ready


def test_a_phase_is_over_by_the_clock_or_stopped(world: World) -> None:
    a_kind(world)
    phase = actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    with clock.at(phase.until):
        assert not is_offered(world)
        jobs.keep(timestamp=0)
        phase.refresh_from_db()
        assert phase.ended_how == "over" and not Permit.objects.exists()
        actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
        actions.stop_on_the_job(by=world.supervisor, rep="rep", kind="cards")
        assert not is_offered(world) and OnTheJob.objects.filter(ended_how="stopped").count() == 1
        with pytest.raises(Conflict):
            actions.stop_on_the_job(by=world.supervisor, rep="rep", kind="cards")


def test_certified_just_after_the_phase_was_over_the_job_takes_nothing_away(world: World) -> None:
    a_kind(world)
    phase = actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    with clock.at(phase.until + timedelta(seconds=20)):  # the job comes at the minute
        granted(world)
        jobs.keep(timestamp=0)
        assert OnTheJob.objects.get().ended_how == "over" and state(world) == "certified"
        assert level_of(world.rep, "cards") == 2 and is_offered(world)


def test_a_version_with_fewer_levels_renews_at_the_highest_there_is(world: World) -> None:
    a_kind(world, TEXT.replace("contacts = 3\nmean = 80\n", ""))
    granted(world)
    made = granted(world, 2)
    a_kind(world, TEXT.partition('[[levels]]\nname = "Trusted"')[0])
    with clock.at(made.valid_until - timedelta(days=1)):
        [cards] = queries.standing(world.rep)
        assert [(one.level, one.name, one.why) for one in cards.steps] == [(1, "Ready", "renew")]
        with pytest.raises(Conflict, match="not the next"):
            granted(world, 2)
        assert granted(world, 1).level == 1


def test_months_on_the_programme_are_by_its_own_days(world: World) -> None:
    a_kind(world)
    granted(world)
    a_kind(world, PATH, key="path")
    Member.objects.filter(pk=world.rep.pk).update(since=datetime(2027, 3, 9, 23, 30, tzinfo=UTC))  # the 10th there
    rep = Member.objects.select_related("user", "programme").get(pk=world.rep.pk)
    rep.programme.timezone = "Europe/Berlin"
    for hour, is_met in ((21, False), (23, True)):  # 23:00 on the 9th of April, then 01:00 on the 10th
        with clock.at(datetime(2027, 4, 9, hour, tzinfo=UTC)):
            path = next(one for one in queries.standing(rep) if one.version.kind.key == "path")
            here = next(one for one in path.steps[0].asks if one.what.startswith("On the programme"))
            assert (here.told, here.is_met) == ("from 10 April 2027 on", is_met)


def test_a_new_version_keeps_what_it_says_from_then_on_and_withdrawn_nothing(world: World) -> None:
    row = a_kind(world)
    granted(world)
    presence.choose(member=world.rep, doing="available")
    assert level_of(world.rep, "cards") == 2
    a_kind(world, TEXT.replace("freedom = 2", "freedom = 3"))
    assert level_of(world.rep, "cards") == 3 and level_of(world.second_rep, "cards") == 1
    kinds.withdraw(row=row, actor="test")
    kinds.withdraw(row=row, actor="test")
    assert level_of(world.second_rep, "cards") == 4 and queries.standing(world.rep) == []
    with pytest.raises(Conflict, match="No certificates of this kind"):
        granted(world)
    kinds.publish(row=CertificateKind.objects.get(), number=2, actor="test")
    assert level_of(world.rep, "cards") == 3 and level_of(world.second_rep, "cards") == 1


def test_what_levels_ask_beside_contacts(world: World) -> None:
    a_kind(world)
    a_kind(world, PATH, key="path")
    accounts.set_rules(programme=world.programme, actor="test", required_agreements=["secrecy 1"])
    world.rep.programme.refresh_from_db()

    def open_() -> list[str]:
        found = next(one for one in queries.standing(world.rep) if one.version.kind.key == "path")
        return [one.what for one in found.steps[0].asks if not one.is_met]

    assert open_() == [
        "Certificate Cards: Ready or higher",
        "On the programme for one month",
        "The programme's clearance",
    ]
    granted(world)
    world.rep.agreements = {"secrecy 1": "2026-01-01"}
    world.rep.save()
    assert open_() == ["On the programme for one month"]
    with clock.at(clock.now() + timedelta(days=32)):
        assert open_() == []
        assert granted(world, kind="path").level == 1


def test_a_course_counts_once_it_is_completed_and_again_to_renew(world: World) -> None:
    course = a_course(world)
    a_kind(world, TEXT.replace("freedom = 2", f'freedom = 2\ncourses = ["{course.key}"]'))
    with pytest.raises(Conflict, match="not passed"):
        granted(world)
    completed(world, course, world.second_rep)
    with pytest.raises(Conflict, match="not passed"):
        granted(world)
    completed(world, course, world.rep)
    made = granted(world)
    with clock.at(made.valid_until - timedelta(days=1)):
        with pytest.raises(Conflict, match="too long ago"):
            granted(world)
        completed(world, course, world.rep)
        assert granted(world).level == 1


def test_nobody_certifies_themselves_and_who_may_not_does_nothing(world: World) -> None:
    a_kind(world)
    with pytest.raises(Forbidden):
        actions.grant(by=world.supervisor, rep="supervisor", kind="cards", level=1)
    with pytest.raises(Forbidden):
        actions.grant(by=world.rep, rep="rep2", kind="cards", level=1)
    with pytest.raises(Conflict, match="takes no contacts"):
        actions.grant(by=world.supervisor, rep="boss", kind="cards", level=1)
    for rep, kind in (("nobody", "cards"), ("rep", "nothing"), ("outsider", "cards")):
        with pytest.raises(NotFound):
            actions.grant(by=world.supervisor, rep=rep, kind=kind, level=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        now = clock.now()
        row = CertificateKind.objects.get()
        Certificate.objects.create(
            programme=world.programme, kind=row, version=row.versions.get(), member=world.rep, level=1,
            granted_at=now, granted_by=world.rep, valid_until=now + YEAR,
        )  # fmt: skip
    for address in ("grant", "revoke", "on-the-job"):
        sent = {"rep": "rep2", "kind": "cards", "level": "1", "because": "x", "do": "begin"}
        assert client_of(world.rep).post(f"{BASE}{address}/", sent).status_code == 403
        assert client_of(world.outsider).post(f"{BASE}{address}/", sent).status_code == 404
    assert client_of(world.rep).get(f"{BASE}?rep=rep2").status_code == 404
    assert client_of(world.rep).get(f"{BASE}people/").status_code == 403
    assert client_of(world.outsider).get(BASE).status_code == 404
    assert not Certificate.objects.exists() and not OnTheJob.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"rep": "rep"}, 422),
        ({"rep": "rep", "kind": "cards"}, 409),
        ({"rep": "rep", "kind": "nothing", "level": "1"}, 404),
        ({"rep": "rep", "kind": "cards", "level": "-1"}, 409),
        ({"rep": "rep", "kind": "cards", "level": "9" * 5000}, 409),
        ({"rep": "rep", "kind": "cards", "level": "²"}, 409),
        ({"rep": "' OR 1=1", "kind": "cards", "level": "1"}, 404),
        ({"rep": "rep", "kind": "\x00", "level": "1"}, 422),
    ],
)
def test_what_is_sent_wrong_is_refused(world: World, sent: dict[str, str], status: int) -> None:
    a_kind(world)
    assert client_of(world.supervisor).post(f"{BASE}grant/", sent).status_code == status
    assert not Certificate.objects.exists()


def test_another_programme_is_not_touched(world: World) -> None:
    a_kind(world)
    granted(world)
    with inside(world.other.pk):
        assert queries.certified(world.other) == set() and queries.live_kinds(world.other) == []
        assert not Certificate.objects.exists()
        with pytest.raises(NotFound):
            access_kind(world.other, "cards")


def test_everybodys_page_tells_who_lapses_who_is_ready_in_a_few_queries(world: World) -> None:
    a_kind(world)
    made = granted(world)
    page = client_of(world.supervisor).get(f"{BASE}people/").text
    assert "ready: Ready" in page and made.valid_until.year == clock.now().year + 1
    reps = queries.reps_of(world.programme)
    with at_most(7):
        queries.standings(world.programme, reps)
    with at_most(7):
        queries.standings(world.programme, reps * 20)
    assert Event.objects.filter(name="certification.granted").count() == 1
    person = client_of(world.supervisor).get(f"{BASE}?rep=rep2").text
    assert "Certify as Ready" in person and "Background screening: not begun" in person


def test_kinds_are_written_by_one_and_approved_by_another_on_their_pages(world: World) -> None:
    supervisor, boss = client_of(world.supervisor), client_of(a_manager(world))
    a_kind(world)
    at = f"{BASE}kinds/"
    assert "Cards" in supervisor.get(at).text
    assert supervisor.get(f"{at}-/new/").status_code == 200
    assert "hold" in supervisor.post(f"{at}-/check/", {"text": TEXT}).text
    assert "One fault" in supervisor.post(f"{at}-/check/", {"text": "name ="}).text
    other = {"key": "two", "text": TEXT.replace('"Cards"', '"Two"')}
    assert supervisor.post(f"{at}-/save/", other).status_code == 302
    assert supervisor.post(f"{at}-/save/", other).status_code == 409
    assert supervisor.post(f"{at}-/save/", {"key": "bad", "text": "x"}).status_code == 422
    for text, words in ((TEXT.replace('skill = "cards"', 'skill = "fish"'), "no skill"),):
        assert words in supervisor.post(f"{at}-/save/", {"key": "bad", "text": text}).text
    with pytest.raises(Invalid, match="ask for itself"):
        kinds.save_draft(
            programme=world.programme,
            key="me",
            text=TEXT + "certificates = { me = 1 }\n",
            instead_of=None,
            actor="t",
        )
    assert supervisor.post(f"{at}two/1/", {"do": "submit"}).status_code == 302
    assert supervisor.post(f"{at}two/1/", {"do": "approve"}).status_code == 409
    assert supervisor.post(f"{at}two/1/", {"do": "publish"}).status_code == 409
    assert boss.post(f"{at}two/1/", {"do": "approve"}).status_code == 302
    assert boss.post(f"{at}two/1/", {"do": "publish"}).status_code == 302
    assert "Two" in supervisor.get(f"{at}two/").text
    assert boss.post(f"{at}two/withdraw/").status_code == 302
    for client, status in ((client_of(world.rep), 403), (client_of(world.outsider), 404)):
        assert client.get(at).status_code == client.get(f"{at}cards/").status_code == status
        assert client.post(f"{at}-/save/", other).status_code == status
