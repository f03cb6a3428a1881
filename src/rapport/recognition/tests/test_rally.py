"""Rally Notes: drafted from the day's figures, completed, published, read; and what unread ones keep from."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.feedback import actions as feedback
from rapport.guides import publishing
from rapport.guides.tests.written import simple
from rapport.guides.trials import actions as trials
from rapport.insight.figures import Figure, FigureRow
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.recognition import actions, cli, drafting, jobs, tips
from rapport.recognition.drafting import lines_for, people_for
from rapport.recognition.letter import read_lines, read_people, read_quote
from rapport.recognition.models import RallyNote, RallySeen
from rapport.recognition.privacy import without_personal
from rapport.routing import actions as routing
from rapport.routing import presence

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
DAY = NOON.date()


def handled(
    world: World,
    rep: Member,
    *,
    rating: int | None,
    resolved: bool = True,
    comment: str = "",
    wait: int = 5,
) -> Contact:
    contact = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    now = clock.now()
    contacts.answer(contact, rep=rep, actor="test", at=now + timedelta(seconds=wait))
    routing.end_conversation(contact, by="rep", actor="test", at=now + timedelta(seconds=wait + 60))
    routing.finish_wrap_up(
        member=rep, contact_id=contact.public_id, disposition="saved", resolved=resolved, summary="Done"
    )
    contact.refresh_from_db()
    if rating is not None:
        feedback.answer(contact=contact, rating=rating, resolved=resolved, comment=comment)
    return contact


def a_day(world: World) -> None:
    """The second rep is better in fewer contacts; the first has more of them."""
    with clock.at(NOON - timedelta(weeks=1)):
        for _ in range(4):
            handled(world, world.rep, rating=3, resolved=False, wait=60)
    with clock.at(NOON):
        for number in range(9):
            handled(world, world.rep, rating=2 + number % 2, resolved=number % 3 == 0)
        for _ in range(6):
            handled(world, world.second_rep, rating=5)
        handled(
            world, world.second_rep, rating=5, comment="Ada Byron is glad: call +49 30 123456 or ada@example.org!"
        )


def published(world: World, day: datetime = NOON) -> RallyNote:
    with clock.at(day):
        if not Contact.objects.filter(arrived_at=day).exists():
            handled(world, world.rep, rating=5)
        actions.draft(programme=world.programme, day=day.date(), actor="test")
        return actions.publish(member=world.supervisor, day=day.date())


def test_a_draft_has_the_figures_of_the_day_beside_the_same_weekdays(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
    lines = {line.key: line for line in read_lines(note.figures)}
    service = lines["service_level"]
    assert (service.value, service.count, service.usual, service.days) == (1.0, 16, 0.0, 1)
    assert (service.change, service.is_better) == ("100 points above usual", True)
    assert lines["contacts_answered"].value == 16
    assert read_lines(note.figures)[0].key == "resolution_by_reps"  # too few customers answered for a headline


def test_the_best_are_found_by_quality_not_by_count(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
    people = read_people(note.people)
    assert [one.name for one in people] == ["Rep2"]
    assert people[0].words == [
        "100\N{NARROW NO-BREAK SPACE}% of 7 customers said it was resolved",
        "rated 5.0 by 7 customers",
    ]
    assert people[0].contact is not None


def row_of(answered: int, **told: tuple[float, float]) -> FigureRow:
    """A rep's row: numerator and denominator by key; nothing of the others."""
    named = {key: told.get(key, (0.0, 0.0)) for key in drafting.QUALITY}
    figures = {
        key: Figure(above / below if below else None, above, below) for key, (above, below) in named.items()
    }
    return FigureRow({"rep": "rep"}, {**figures, "contacts_answered": Figure(answered, answered, None)})


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.1, 0.9))
def test_how_many_says_nothing_of_how_well(few: int, many: int, mean: float) -> None:
    everyone = row_of(0, resolution_by_customers=(mean * 100, 100))
    for count in (few, many):
        as_everyone = row_of(count, resolution_by_customers=(mean * count, count))
        assert drafting.quality(as_everyone, everyone) == pytest.approx(0)
        assert drafting.quality(row_of(count, resolution_by_customers=(count, count)), everyone) > 0
        assert drafting.quality(row_of(count, resolution_by_customers=(0, count)), everyone) < 0


def test_who_had_fewer_contacts_than_five_is_not_compared() -> None:
    assert not drafting._can_be_compared(row_of(4, touch_point_coverage=(20, 20)))
    assert drafting._can_be_compared(row_of(5))


def test_one_happy_customer_makes_no_best_rep(world: World) -> None:
    with clock.at(NOON):
        for _ in range(8):
            handled(world, world.rep, rating=4)
        handled(world, world.second_rep, rating=5)
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
    assert note.people == []


def test_a_few_answers_are_told_as_no_share(world: World) -> None:
    with clock.at(NOON):
        for number in range(9):
            handled(world, world.rep, rating=2, resolved=number % 3 == 0)
            handled(world, world.second_rep, rating=5 if number < 4 else None)
        few = people_for(world.programme, DAY)
        handled(world, world.second_rep, rating=5)
        [enough] = people_for(world.programme, DAY)
    assert few == []
    assert "rated 5.0 by 5 customers" in enough.words


def test_what_is_counted_of_a_day_that_goes_on_stands_beside_no_whole_days(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        going_on = {line.key: line for line in lines_for(world.programme, DAY)}
    with clock.at(NOON + timedelta(days=1)):
        over = {line.key: line for line in lines_for(world.programme, DAY)}
    assert (going_on["contacts_answered"].change, over["contacts_answered"].change) == ("", "12 above usual")
    assert going_on["service_level"].change == over["service_level"].change == "100 points above usual"


def test_the_comment_of_the_day_names_no_customer(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        quote = read_quote(actions.draft(programme=world.programme, day=DAY, actor="test").comment)
    assert quote is not None and quote.rep == "Rep2"
    assert quote.text == "… is glad: call … or …"


def test_a_bad_comment_is_not_the_comment_of_the_day(world: World) -> None:
    with clock.at(NOON):
        handled(world, world.rep, rating=3, comment="It took you far too long, but it works.")
        handled(world, world.rep, rating=5, resolved=False, comment="Kind and quick, and the fee is still there.")
        assert actions.draft(programme=world.programme, day=DAY, actor="test").comment is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Thanks to Dorit!", "Thanks to Dorit!"),
        ("I am ADA byron.", "I am …."),
        ("Card 4111 1111 1111 1111 works", "Card … works"),
        ("See https://example.org/x?y=1 now", "See … now"),
        ("In 10 minutes", "In 10 minutes"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert without_personal(text, name="Ada Byron") == masked


def test_drafting_again_keeps_what_people_wrote_and_leaves_published_notes_alone(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
        actions.edit(
            member=world.supervisor, day=DAY, words={"tip": "Ask why first.", "tip_evidence": "61 % against 80 %."}
        )
        handled(world, world.rep, rating=1)
        again = actions.draft(programme=world.programme, day=DAY, actor="test")
        assert (again.tip, again.tip_evidence, again.tip_by) == (
            "Ask why first.",
            "61 % against 80 %.",
            world.supervisor,
        )
        assert {line.key: line.value for line in read_lines(again.figures)}["contacts_answered"] == 17
        actions.publish(member=world.supervisor, day=DAY)
        handled(world, world.rep, rating=1)
        final = actions.draft(programme=world.programme, day=DAY, actor="test")
        assert {line.key: line.value for line in read_lines(final.figures)}["contacts_answered"] == 17
        with pytest.raises(Conflict):
            actions.edit(member=world.supervisor, day=DAY, words={"tip": "Too late"})


def test_what_cannot_be_drafted_or_published(world: World) -> None:
    with clock.at(NOON):
        with pytest.raises(Invalid):
            actions.draft(programme=world.programme, day=DAY + timedelta(days=1), actor="test")
        actions.draft(programme=world.programme, day=DAY, actor="test")
        with pytest.raises(Conflict):
            actions.publish(member=world.supervisor, day=DAY)
        with pytest.raises(NotFound):
            actions.see(member=world.rep, day=DAY)
        with pytest.raises(Conflict, match="draft"):
            actions.see(member=world.supervisor, day=DAY)


def test_a_rep_reads_the_notes_before_the_first_contact(world: World) -> None:
    published(world, NOON - timedelta(days=1))
    with clock.at(NOON):
        presence.choose(member=world.rep, doing="break")
        with pytest.raises(Conflict, match="Please read the Rally Notes of Tuesday first"):
            presence.choose(member=world.rep, doing="available")
        actions.see_latest(member=world.rep)
        actions.see_latest(member=world.rep)
        actions.see(member=world.rep, day=DAY - timedelta(days=1))
        assert presence.choose(member=world.rep, doing="available").doing == "available"
        assert presence.choose(member=world.supervisor, doing="available").doing == "available"
    assert RallySeen.objects.count() == 1
    assert Event.objects.filter(name="rally.seen").count() == 1


def test_notes_published_while_a_rep_works_do_not_stop_the_work(world: World) -> None:
    with clock.at(NOON):
        presence.choose(member=world.rep, doing="available")
        handled_at_desk = chat.begin(
            programme=world.programme, email="a@example.org", text="Hi", reason=None, client_id=uuid4()
        )
        routing.answer_elsewhere(handled_at_desk, rep=world.rep, actor="test")
        published(world)
        routing.end_conversation(handled_at_desk, by="rep", actor="test")
        routing.finish_wrap_up(
            member=world.rep, contact_id=handled_at_desk.public_id, disposition="other", resolved=True, summary="x"
        )
        held = presence.presence_of(world.rep)
        assert held is not None and held.doing == "available"


def test_only_the_latest_notes_have_to_be_read(world: World) -> None:
    published(world, NOON - timedelta(days=2))
    published(world, NOON - timedelta(days=1))
    with clock.at(NOON):
        actions.see_latest(member=world.rep)
        assert presence.choose(member=world.rep, doing="available").doing == "available"


def test_the_job_drafts_the_day_that_ended_once(world: World) -> None:
    with clock.at(NOON):
        handled(world, world.rep, rating=5)
    with clock.at(datetime(2026, 11, 18, 23, 5, tzinfo=UTC)):  # five past midnight in Berlin
        jobs.draft_yesterday(0)
        jobs.draft_yesterday(0)
    note = RallyNote.objects.get()
    assert (note.programme, note.day, note.status) == (world.programme, DAY, "draft")
    assert Event.objects.filter(name="rally.drafted").count() == 1


def test_the_command_prints_a_letter_or_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    a_day(world)
    with clock.at(NOON):
        assert cli.run(["--programme", "cards"]) == 0
        letter = capsys.readouterr().out
        assert "Rally Notes of Wednesday 18 November 2026 (draft)" in letter and "Rep2: 100" in letter
        assert cli.run(["--programme", "cards", "--day", "2026-11-18", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["day"], told["status"], told["people"][0]["agent_id"]) == ("2026-11-18", "draft", "rep2")
    with pytest.raises(NotFound, match="there are: cards, loans"):
        cli.run(["--programme", "nothing"])


def test_the_supervisor_completes_and_publishes_on_the_page(world: World, client: Client) -> None:
    a_day(world)
    client.force_login(world.supervisor.user)
    with clock.at(NOON):
        assert "No Rally Notes yet" in client.get("/at/cards/rally/").content.decode()
        assert client.post("/at/cards/rally/draft/").headers["Location"] == "/at/cards/rally/2026-11-18/"
        page = client.get("/at/cards/rally/").content.decode()
        assert "This is a draft" in page and "Who was great" in page and "… is glad" in page
        long = client.post("/at/cards/rally/2026-11-18/edit/", {"tip": "x" * 501, "our_news": "<b>Party</b>"})
        assert long.status_code == 422 and "x" * 501 in long.content.decode()
        client.post("/at/cards/rally/2026-11-18/edit/", {"tip": "Ask why", "again": "yes"})
        assert RallyNote.objects.get().tip == "Ask why"
        client.post("/at/cards/rally/2026-11-18/edit/", {"our_news": "<b>Party</b>", "publish": "yes"})
        page = client.get("/at/cards/rally/").content.decode()
    assert "&lt;b&gt;Party" in page and "0 of 3 have read it" in page
    event = Event.objects.get(name="rally.published")
    assert f"member:{world.rep.pk}" in event.audience and f"member:{world.outsider.pk}" not in event.audience


def test_a_rep_reads_by_one_key(world: World, client: Client) -> None:
    published(world)
    client.force_login(world.rep.user)
    with clock.at(NOON):
        page = client.get("/at/cards/rally/").content.decode()
        assert 'data-key="r"' in page and "Look at the contact" not in page and "have read it" not in page
        client.post(f"/at/cards/rally/{DAY}/read/")
        assert 'data-key="r"' not in client.get("/at/cards/rally/").content.decode()
    client.force_login(world.supervisor.user)
    assert "1 of 3 have read it" in client.get(f"/at/cards/rally/{DAY}/").content.decode()


def test_a_draft_is_not_there_for_reps(world: World, client: Client) -> None:
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
    client.force_login(world.rep.user)
    assert client.get(f"/at/cards/rally/{DAY}/").status_code == 404
    assert client.post(f"/at/cards/rally/{DAY}/read/").status_code == 404
    assert "No Rally Notes yet" in client.get("/at/cards/rally/").content.decode()


@pytest.mark.parametrize("path", ["draft/", f"{DAY}/edit/"])
def test_only_who_writes_them_changes_rally_notes(world: World, client: Client, path: str) -> None:
    published(world)
    address = f"/at/cards/rally/{path}"
    assert client.post(address, {"tip": "x"}).headers["Location"].startswith("/sign-in/?next=")
    client.force_login(world.rep.user)
    assert client.post(address, {"tip": "x"}).status_code == 403
    client.force_login(world.outsider.user)
    assert client.post(address, {"tip": "x"}).status_code == 404
    assert RallyNote.objects.get().tip == ""


@pytest.mark.parametrize("path", ["", f"{DAY}/"])
def test_outsiders_and_strangers_read_nothing(world: World, client: Client, path: str) -> None:
    published(world)
    assert client.get(f"/at/cards/rally/{path}").headers["Location"].startswith("/sign-in/?next=")
    client.force_login(world.outsider.user)
    assert client.get(f"/at/cards/rally/{path}").status_code == 404
    assert client.post(f"/at/cards/rally/{DAY}/read/").status_code == 404
    client.force_login(world.rep.user)
    assert client.get(f"/at/cards/rally/{path}").status_code == 200
    assert client.get("/at/cards/rally/2026-02-31/").status_code == 404


def test_words_that_won_a_trial_are_proposed_as_the_tip(world: World) -> None:
    boss = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    steps = [{"key": "why", "title": "Hear why", "words": "Why?"}]
    with clock.at(NOON):
        publishing.install(programme=world.programme, text=simple("Cancel", steps, "cancel"))
        trials.propose(
            programme=world.programme,
            about=trials.About(guide="cancel", step="why"),
            others=["What made you decide, {customer.first_name|if I may}?"],
            terms=trials.Terms(share=0.5, days=9, metric="satisfaction", least=0.2, units_needed=100),
            by=world.supervisor,
            actor="test",
        )
        trials.begin(programme=world.programme, number=1, by=boss, actor="test")
        assert actions.draft(programme=world.programme, day=DAY, actor="test").tip == ""
        trials.end(programme=world.programme, number=1, winner=1, by=boss, actor="test")
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
    assert note.tip == "What made you decide, if I may?"
    assert note.tip_evidence == "On trial these words did best: Cancel: Hear why"
    with clock.at(NOON):
        actions.edit(member=world.supervisor, day=DAY, words={"our_news": "x", "tip_evidence": note.tip_evidence})
        kept = actions.edit(member=world.supervisor, day=DAY, words={"tip": note.tip, "tip_evidence": "Ours."})
        assert (kept.tip_evidence, kept.told) == ("Ours.", note.told)
        other = actions.edit(member=world.supervisor, day=DAY, words={"tip": "Listen.", "tip_evidence": "Ours."})
    assert (other.tip_evidence, other.told) == ("", None)


def test_other_words_keep_the_evidence_that_was_written_for_them(world: World) -> None:
    a_day(world)
    with clock.at(NOON):
        row = tips.write(member=world.supervisor, text="Ask why.", evidence="Found of this.")
        actions.draft(programme=world.programme, day=DAY, actor="test")
        actions.choose_tip(member=world.supervisor, day=DAY, tip=row.public_id)
        note = actions.edit(
            member=world.supervisor, day=DAY, words={"tip": "Listen.", "tip_evidence": "Found of that."}
        )
        assert (note.tip, note.tip_evidence) == ("Listen.", "Found of that.")
        again = actions.edit(member=world.supervisor, day=DAY, words={"tip": "Listen well."})
    assert (again.tip, again.tip_evidence) == ("Listen well.", "Found of that.")
