"""Rally Notes by e-mail: to whom they go, in whose words, once, and what is seen where that cannot be said."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock, mail
from rapport.kit.tests.at_once import at_once
from rapport.kit.tests.post import Box
from rapport.recognition.awards.tests.stage import a_manager, client_of
from rapport.recognition.mailing import actions, jobs, queries
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.mailing.tests.stage import PAGE, PARTNER, REP, prepared, sent, wanted, words_of
from rapport.recognition.models import RallyNote
from rapport.recognition.tests.test_rally import NOON, a_day


def test_a_member_gets_notes_once_the_code_was_typed_in(world: World, server: mail.Server, box: Box) -> None:
    client = client_of(world.rep)
    with clock.at(NOON):
        assert "Your address" in client.get(PAGE).content.decode()
        assert client.post(f"{PAGE}want/", {"address": REP}).status_code == 302
        assert client.post(f"{PAGE}want/", {"address": REP}).status_code == 302
        assert "waits for its code" in client.get(PAGE).content.decode()
    sent()
    sent()
    assert box.to == [REP]
    code = words_of(box.taken[0]).split("\n\n")[1].strip()
    prepared(world)
    sent()
    assert box.to == [REP], "an address that nobody confirmed gets no notes"
    with clock.at(NOON):
        wrong = client.post(f"{PAGE}confirm/", {"code": "00000000"})
        assert wrong.status_code == 422 and "not the code" in wrong.content.decode()
        assert client.post(f"{PAGE}confirm/", {"code": f" {code.upper()} "}).status_code == 302
        assert "goes there" in client.get(PAGE).content.decode()
    told = [event.name for event in Event.objects.filter(name__startswith="rally.mail").order_by("id")]
    assert told == ["rally.mail_wanted", "rally.mailed", "rally.mail_confirmed"]
    assert not any("rosa" in str(event.data) for event in Event.objects.all())


def test_each_reads_what_they_may_and_the_partner_no_names(world: World, server: mail.Server, box: Box) -> None:
    boss = a_manager(world)
    a_day(world)
    viewer = accounts.ensure_member(
        programme=world.programme, agent_id="pv", name="Viewer", role=Role.PARTNER_VIEWER, username="pv"
    )
    accounts.adjust_role(
        programme=world.programme,
        role=Role.PARTNER_VIEWER,
        right=Right.READ_RALLY_NOTES,
        granted=True,
        actor="test",
    )
    viewer = Member.objects.select_related("programme", "user").get(pk=viewer.pk)
    with clock.at(NOON):
        wanted(world.rep)
        wanted(viewer, "viewer@partner.example")
        actions.add_partners(member=boss, address=PARTNER)
    prepared(world)
    sent()
    by = {str(letter["To"]): letter for letter in box.taken}
    assert set(by) == {REP, PARTNER, "viewer@partner.example"} == set(box.to)
    assert "Rep2:" in words_of(by[REP]) and "(draft)" not in words_of(by[REP])
    for theirs in (PARTNER, "viewer@partner.example"):
        assert "Rep2" not in words_of(by[theirs]) and "rep 02" in words_of(by[theirs])
    assert by[REP]["Subject"] == "Cards: Rally Notes of Wednesday 18 November 2026"
    assert by[REP]["Auto-Submitted"] == "auto-generated" and by[REP]["List-Unsubscribe"] is None
    assert len({letter["Message-ID"] for letter in box.taken}) == 3


def test_a_job_that_runs_again_sends_nothing_again(world: World, server: mail.Server, box: Box) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    for _ in range(2):
        sent()
        with clock.at(NOON):
            jobs.prepare(programme_id=world.programme.pk, event_id=Event.objects.get(name="rally.published").pk)
    sent(timedelta(days=2))
    assert box.to == [REP]
    row = Sending.objects.get()
    assert (row.state, row.tries, row.answers, row.is_unsure) == ("sent", 1, 1, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sending.objects.create(
            programme=world.programme, recipient=row.recipient, note=row.note, made_at=NOON, due_at=NOON
        )


def test_a_try_without_an_answer_is_seen_and_tried_again_with_the_same_number(
    world: World, server: mail.Server, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that breaks after the letter left; who is killed there leaves the same row."""
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    box.slow = 1.0
    sent()
    row = Sending.objects.get()
    assert (row.state, row.tries, row.answers) == ("waiting", 1, 0) and "did not answer" in row.reason
    box.slow = 0.0
    sent(timedelta(seconds=30))
    assert len(box.taken) == 1
    sent(timedelta(minutes=2))
    assert box.to == [REP, REP] and len({one["Message-ID"] for one in box.taken}) == 1
    row.refresh_from_db()
    assert (row.state, row.tries, row.answers, row.is_unsure) == ("sent", 2, 1, True)
    assert "perhaps twice" in client_of(world.rep).get(PAGE).content.decode()
    [copies] = queries.copies_of(world.programme)
    assert (copies.sent, copies.unsure) == (1, 1)


def test_three_tries_without_an_answer_are_enough(
    world: World, server: mail.Server, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    monkeypatch.setattr(mail, "SECONDS", 0.2)
    box.slow = 0.6
    for hours in range(0, 20, 2):
        sent(timedelta(hours=hours))
    assert len(box.taken) == 3 and Sending.objects.get().state == "failed"


def test_who_was_killed_between_letter_and_answer_leaves_a_try(
    world: World, server: mail.Server, box: Box
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    with clock.at(NOON):
        assert actions.claim(programme=world.programme) is not None
        assert actions.claim(programme=world.programme) is None, "nobody else takes it meanwhile"
    sent(timedelta(minutes=9))
    assert box.to == []
    sent(timedelta(minutes=10))
    assert box.to == [REP] and Sending.objects.get().is_unsure


@pytest.mark.parametrize("where", [REP, "DATA"])
def test_refused_for_now_is_tried_again_later_and_later(
    world: World, server: mail.Server, box: Box, where: str
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    box.says[where] = "451 4.7.1 greylisted, come back"
    pauses = []
    at = timedelta()
    for _ in range(4):
        sent(at)
        row = Sending.objects.get()
        assert row.state == "waiting" and row.reason.startswith("451") and not row.is_unsure
        pauses.append(int((row.due_at - NOON - at).total_seconds() / 60))
        at = row.due_at - NOON
    assert pauses == [1, 4, 16, 64]
    box.says.clear()
    sent(at)
    row.refresh_from_db()
    assert box.to == [REP] and (row.state, row.tries, row.reason) == ("sent", 5, "")


def test_refused_for_a_day_is_given_up_and_the_next_letter_goes(
    world: World, server: mail.Server, box: Box
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    box.says[REP] = "451 later"
    for hours in (0, 12, 23, 24, 36):
        sent(timedelta(hours=hours))
    row = Sending.objects.get()
    assert (row.state, row.tries) == ("failed", 4)
    assert Event.objects.get(name="rally.mail_failed").data["tries"] == 4
    box.says.clear()
    row.delete()
    note = RallyNote.objects.get()
    with clock.at(NOON + timedelta(days=2)):
        assert actions.prepare(programme=world.programme, note=note) == 1


def test_refused_for_good_is_shown_to_who_can_mend_it_and_stops(
    world: World, server: mail.Server, box: Box
) -> None:
    boss = a_manager(world)
    with clock.at(NOON):
        wanted(world.rep)
        actions.add_partners(member=boss, address=PARTNER)
    box.says = {REP: "550 5.1.1 <rosa@example.org> unknown", PARTNER: "554 not you"}
    note = prepared(world)
    sent()
    sent(timedelta(hours=1))
    assert {row.state for row in Sending.objects.all()} == {"refused"}
    assert {row.tries for row in Sending.objects.all()} == {1}
    own = client_of(world.rep).get(PAGE).content.decode()
    assert "550 5.1.1 … unknown" in own and "Nothing more is sent there" in own and "554" not in own
    theirs = client_of(boss).get(PAGE).content.decode()
    assert "554 not you" in theirs and "Rep, Rally Notes of 18 Nov" in theirs and REP not in theirs
    Sending.objects.filter(note=note).update(note=None)  # as if of an earlier letter
    with clock.at(NOON + timedelta(days=1)):
        assert actions.prepare(programme=world.programme, note=note) == 0
        box.says.clear()
        again = actions.want(member=world.rep, address=REP)
        assert again.confirmed_at is None, "an address that was refused is put in and confirmed anew"


def test_a_server_that_cannot_be_used_says_so_and_gives_up_after_a_day(
    world: World, server: mail.Server, box: Box, settings: Any
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
        wanted(world.second_rep, "two@example.org")
    prepared(world)
    box.says["MAIL"] = "550 not from you"
    sent()
    assert sorted(Sending.objects.values_list("tries", flat=True)) == [0, 1], "one is enough to know"
    box.says.clear()
    settings.MAIL = mail.Server("127.0.0.1", 1, "none", "x@example.org")
    sent(timedelta(minutes=5))
    page = client_of(world.second_rep).get(PAGE).content.decode()
    assert "cannot be used (ConnectionRefusedError)" in page and "tried again" in page
    sent(timedelta(days=1))
    assert {row.state for row in Sending.objects.all()} == {"failed"}
    settings.MAIL = server
    sent(timedelta(days=1, minutes=1))
    assert box.taken == []


def test_one_line_takes_many_letters_and_one_refusal_holds_up_nobody(
    world: World, server: mail.Server, box: Box
) -> None:
    boss = a_manager(world)
    with clock.at(NOON):
        for number in range(12):
            actions.add_partners(member=boss, address=f"p{number}@partner.example")
    box.says["p3@partner.example"] = "550 no"
    prepared(world)
    sent()
    assert len(box.taken) == 11 and box.lines == 1


def test_what_is_left_at_the_end_of_a_run_goes_with_the_next(
    world: World, server: mail.Server, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    monkeypatch.setattr(jobs, "SECONDS", 0.0)
    sent()
    assert box.taken == []
    monkeypatch.undo()
    sent()
    assert len(box.taken) == 1


def test_who_left_or_may_not_read_gets_nothing_and_the_address_goes(
    world: World, server: mail.Server, box: Box
) -> None:
    with clock.at(NOON):
        wanted(world.rep)
        wanted(world.second_rep, "two@example.org")
        wanted(world.supervisor, "boss@example.org")
    Member.objects.filter(pk=world.rep.pk).update(is_active=False)
    prepared(world)
    assert Sending.objects.count() == 2
    Member.objects.filter(pk=world.second_rep.pk).update(is_active=False)
    sent()
    assert box.to == ["boss@example.org"], "who left after the notes were published gets none"
    assert set(Recipient.objects.values_list("address", flat=True)) == {REP, "boss@example.org"}
    jobs.let_go(0)
    assert Recipient.objects.get().address == "boss@example.org"
    assert Event.objects.filter(name="rally.mail_stopped", data__by="system").count() == 2


def test_what_became_of_old_copies_goes_but_a_refusal_stays(world: World, server: mail.Server) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    sent()
    row = Sending.objects.get()
    for state, left in (("refused", 1), ("sent", 0)):
        Sending.objects.filter(pk=row.pk).update(state=state)
        with clock.at(NOON + timedelta(days=91)):
            actions.let_go(programme=world.programme)
        assert Sending.objects.count() == left


def test_stopping_while_the_letter_leaves_is_no_fault(world: World, server: mail.Server, box: Box) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    with clock.at(NOON):
        claimed = actions.claim(programme=world.programme)
        actions.stop(member=world.rep)
        assert claimed is not None
        actions.conclude(sending=claimed, fault=None)
    assert not Sending.objects.exists()


def test_a_name_with_line_ends_makes_no_header(world: World, server: mail.Server, box: Box) -> None:
    world.programme.name = "Cards\r\nBcc: evil@example.org"
    world.programme.save()
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    sent()
    [letter] = box.taken
    assert letter["Bcc"] is None and box.to == [REP]
    assert letter["Subject"].strip().startswith("Cards Bcc: evil@example.org: Rally")


def test_a_long_letter_in_any_script_comes_whole(world: World, server: mail.Server, box: Box) -> None:
    note = prepared(world)
    RallyNote.objects.filter(pk=note.pk).update(our_news="Größe — 日本 " + "x" * 980, partner_news=".\n.")
    note.refresh_from_db()
    with clock.at(NOON):
        wanted(world.rep)
        actions.prepare(programme=world.programme, note=note)
    sent()
    words = words_of(box.taken[0])
    assert note.our_news in words and "The partner's news\n  .\n." in words


@pytest.mark.django_db(transaction=True)
def test_one_address_is_wanted_and_no_more_is_sent_at_once(
    committed_world: World, server: mail.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, rounds = committed_world, range(12)
    monkeypatch.setattr(actions, "ASKED_A_DAY", len(rounds))
    wants = [partial(actions.want, member=world.rep, address=f"rosa{one}@example.org") for one in rounds]

    def stops_by_link() -> None:
        for one in Recipient.objects.all():
            actions.stop_by_link(programme=world.programme, recipient=one.public_id)

    stops = [partial(actions.stop, member=world.rep) for _ in rounds]
    at_once(world.programme.pk, wants, stops, [stops_by_link for _ in rounds])
