"""Thanks: from whom, for what, how many; who sees them; and milestones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts.models import Member
from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.quality.tests.cards import a_contact
from rapport.recognition.awards.tests.stage import client_of, reps_of, the_partner
from rapport.recognition.kudos import actions, jobs, queries
from rapport.recognition.kudos.models import Kudos, Milestone

BASE = "/at/cards/recognition/"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_thanks_with_a_contact_from_the_page_to_who_is_thanked(world: World) -> None:
    contact = a_contact(world, world.second_rep)
    lead = client_of(world.supervisor)
    assert "Say thanks" in lead.get(f"/at/cards/contacts/{contact.public_id}/").text
    form = lead.get(f"{BASE}thank/?contact={contact.public_id}").text
    assert 'value="rep2" selected' in form
    sent = {"to": "rep2", "words": "<b>Calm</b> from the first word", "contact": str(contact.public_id)}
    assert lead.post(f"{BASE}thank/", sent).status_code == 302
    page = client_of(world.second_rep).get(BASE).text
    assert "&lt;b&gt;Calm" in page and str(contact.public_id) in page and "Supervisor" in page
    assert "Calm" not in client_of(world.rep).get(BASE).text
    told = Event.objects.get(name="kudos.given").data
    assert told == {"rep": "rep2", "contact": str(contact.public_id)}
    with inside(world.other.pk):
        assert not Kudos.objects.exists()


def test_a_contact_is_attached_only_by_who_may_read_it_and_to_who_had_it(world: World) -> None:
    theirs = a_contact(world, world.second_rep)
    with pytest.raises(NotFound):
        actions.give(member=world.rep, to="rep2", words="Well done", contact=theirs.public_id)
    with pytest.raises(Invalid, match="Somebody else had"):
        actions.give(member=world.supervisor, to="rep", words="Well done", contact=theirs.public_id)
    mine = client_of(world.rep)
    assert mine.get(f"{BASE}thank/?contact={theirs.public_id}").status_code == 404
    assert mine.get(f"{BASE}thank/?contact=x").status_code == 404
    assert mine.post(f"{BASE}thank/", {"to": "rep2", "words": "x", "contact": str(uuid4())}).status_code == 404
    assert not Kudos.objects.exists()


def test_what_cannot_be_sent_is_refused_in_words(world: World) -> None:
    mine = client_of(world.rep)
    for to, words in (("rep", "me"), ("rep2", ""), ("rep2", " \x00 "), ("rep2", "x" * 301), ("outsider", "hi"),
                      ("nobody", "hi"), ("", "hi"), ("r" * 9000, "hi")):  # fmt: skip
        assert mine.post(f"{BASE}thank/", {"to": to, "words": words}).status_code == 422, (to, words[:9])
    with pytest.raises(IntegrityError), transaction.atomic():
        _row(world, world.rep, world.rep)
    assert not Kudos.objects.exists()


def test_a_card_number_in_thanks_is_not_kept(world: World) -> None:
    row = actions.give(member=world.rep, to="rep2", words="Took 4111 1111 1111 1111 off the chat\x07 at once")
    assert "4111" not in row.words and row.words.startswith("Took ") and row.words.endswith(" at once")
    assert "\x07" not in row.words


def _row(world: World, giver: Member, rep: Member, number: int = 1, **told: object) -> Kudos:
    return Kudos.objects.create(
        programme=world.programme, giver=giver, rep=rep, words="x", at=MONDAY, week=date(2026, 11, 16),
        number=number, **told,
    )  # fmt: skip


def test_five_a_week_one_to_the_same_and_what_is_taken_back_stays_used(world: World) -> None:
    reps = reps_of(world, 7)
    with clock.at(MONDAY):
        for rep in reps[:5]:
            row = actions.give(member=world.rep, to=rep.agent_id, words="Thanks")
        actions.withdraw(member=world.rep, kudos=row.public_id)
        actions.withdraw(member=world.rep, kudos=row.public_id)
        with pytest.raises(Conflict, match="5 a week"):
            actions.give(member=world.rep, to="r5", words="Thanks")
        with pytest.raises(Conflict, match="already"):
            actions.give(member=world.second_rep, to="r0", words="x") and actions.give(
                member=world.second_rep, to="r0", words="again"
            )
        assert queries.left_of(world.rep) == 0
        assert queries.received_by(reps[4]) == [] and len(queries.received_by(reps[3])) == 1
    assert Event.objects.filter(name="kudos.withdrawn").count() == 1
    for wrong in ({"number": 6}, {"number": 0}, {"number": 1, "rep": reps[6]}, {"number": 5, "rep": reps[0]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            _row(world, world.rep, **{"rep": reps[6], **wrong})  # type: ignore[arg-type]
    with clock.at(MONDAY + timedelta(days=7)):
        actions.give(member=world.rep, to="r0", words="Again, a week later")
        assert queries.left_of(world.rep) == 4


def test_the_week_is_the_programmes(world: World) -> None:
    with clock.at(datetime(2026, 11, 15, 22, 30, tzinfo=UTC)):  # Sunday in Berlin, half past eleven
        assert actions.week_of(world.programme) == date(2026, 11, 9)
    with clock.at(datetime(2026, 11, 15, 23, 30, tzinfo=UTC)):
        assert actions.week_of(world.programme) == date(2026, 11, 16)


def test_taking_back_is_for_who_gave_it(world: World) -> None:
    row = actions.give(member=world.rep, to="rep2", words="Thanks a lot")
    with pytest.raises(Forbidden):
        actions.withdraw(member=world.second_rep, kudos=row.public_id)
    with pytest.raises(NotFound):
        actions.withdraw(member=world.supervisor, kudos=row.public_id)
    assert client_of(world.outsider).post(f"{BASE}thanks/{row.public_id}/withdraw/").status_code == 404
    assert client_of(world.rep).post(f"{BASE}thanks/{row.public_id}/withdraw/").status_code == 302
    row.refresh_from_db()
    assert row.words == "" and row.withdrawn_at
    assert "Thanks a lot" not in client_of(world.second_rep).get(BASE).text


def test_the_partners_people_thank_without_learning_a_name(world: World) -> None:
    partner = the_partner(world)
    mine = client_of(partner)
    form = mine.get(f"{BASE}thank/").text
    assert "Rep2" not in form and 'value="rep2"' not in form and 'value="rep 0' in form
    called = form.split('value="rep 0')[1].split('"')[0]
    assert (
        mine.post(f"{BASE}thank/", {"to": f"rep 0{called}", "words": "Our customers noticed"}).status_code == 302
    )
    assert mine.post(f"{BASE}thank/", {"to": "rep2", "words": "By a name I should not know"}).status_code == 422
    assert Kudos.objects.count() == 1


def test_customers_good_words_are_shown_to_the_rep(world: World) -> None:
    for rating, comment in ((5, "She listened"), (2, "Never again"), (4, "Kind")):
        row = a_contact(world, world.rep)
        Survey.objects.create(
            programme=world.programme, contact=row, invited_at=clock.now(), rating=rating, comment=comment,
            answered_at=clock.now() - timedelta(hours=1),
        )  # fmt: skip
    mine = client_of(world.rep)
    with at_most(30):
        page = mine.get(BASE).text
    assert "She listened" in page and "Kind" in page and "Never again" not in page


def test_milestones_are_told_once_and_not_late(world: World) -> None:
    Member.objects.filter(pk=world.rep.pk).update(since=datetime(2024, 11, 20, 9, tzinfo=UTC))
    Member.objects.filter(pk=world.second_rep.pk).update(since=datetime(2025, 5, 1, 9, tzinfo=UTC))
    Member.objects.filter(pk=world.supervisor.pk).update(
        since=datetime(2024, 11, 24, 9, tzinfo=UTC), is_active=False
    )
    with clock.at(datetime(2026, 11, 19, 22, 59, tzinfo=UTC)):
        jobs.milestones(timestamp=0)
        assert not Milestone.objects.filter(member=world.rep).exists()
    for _ in range(2):
        with clock.at(datetime(2026, 11, 25, 9, tzinfo=UTC)):
            jobs.milestones(timestamp=0)
            [one] = queries.milestones(world.programme, clock.now() - timedelta(days=7))
    assert (one.member, one.months, one.words) == (world.rep, 24, "2 years")
    assert Milestone.objects.count() == 1 and Event.objects.filter(name="milestone.reached").count() == 1
    assert "2 years" in client_of(world.rep).get(BASE).text


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
def test_the_same_day_so_many_months_later(day: date, months: int) -> None:
    later = actions.after_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
