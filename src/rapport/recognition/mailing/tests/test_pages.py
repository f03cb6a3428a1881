"""The pages of Rally Notes by e-mail: who may what, and the ways to stop."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from rapport.accounts.practising import ensure_practice, enter
from rapport.conftest import World, at_most, stand_in
from rapport.kit import clock, mail
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.limits import TooMany
from rapport.kit.tests.post import Box
from rapport.kit.walls import inside
from rapport.recognition.awards.tests.stage import a_manager, client_of
from rapport.recognition.mailing import actions, letters, queries
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.mailing.tests.stage import PAGE, PARTNER, REP, prepared, sent, wanted, words_of
from rapport.recognition.models import RallyNote
from rapport.recognition.tests.test_rally import DAY, NOON


def test_the_link_in_a_letter_stops_it(world: World, server: mail.Server, box: Box, settings: Any) -> None:
    settings.PAGES = "https://desk.example"
    boss = a_manager(world)
    with clock.at(NOON):
        wanted(world.rep)
        actions.add_partners(member=boss, address=PARTNER)
    prepared(world)
    sent()
    stranger = Client(enforce_csrf_checks=True)
    for letter in box.taken:
        header = letter["List-Unsubscribe"]
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert header.startswith("<https://desk.example/rally/no-more/") and header[1:-1] in words_of(letter)
        way = header[1:-1].removeprefix("https://desk.example")
        before = Recipient.objects.count()
        asked = stranger.get(way).content.decode()
        assert "Send me no more" in asked and "@" not in asked and Recipient.objects.count() == before
        done = stranger.post(way, {"List-Unsubscribe": "One-Click"}).content.decode()
        assert "No more Rally Notes" in done and Recipient.objects.count() == before - 1
        assert stranger.post(way).status_code == 200, "stopping again changes nothing"
    assert not Sending.objects.exists()
    assert stranger.get("/rally/no-more/WyJjYXJkcyJd:x:y/").status_code == 404
    assert stranger.post("/rally/no-more/nonsense/").status_code == 404


def test_a_member_stops_and_the_address_goes(world: World, server: mail.Server, box: Box) -> None:
    with clock.at(NOON):
        wanted(world.rep)
    prepared(world)
    client = client_of(world.rep)
    for _ in range(2):
        assert client.post(f"{PAGE}stop/").status_code == 302
    assert not Recipient.objects.exists()
    sent()
    assert box.taken == []


def test_another_address_is_another_row_with_another_code(world: World, server: mail.Server) -> None:
    first = wanted(world.rep)
    second = actions.want(member=world.rep, address="new@example.org")
    assert Recipient.objects.get() == second and second.confirmed_at is None
    with pytest.raises(Invalid):
        actions.confirm(member=world.rep, code=letters.code_of(first))


@pytest.mark.parametrize(
    "address",
    ["", "rosa", "a@b.org, c@d.org", "a@b.org\r\nBcc: c@d.org", "<a@b.org>", "x" * 300 + "@b.org", "ä@b.org"],
)
def test_what_is_no_address_is_refused_and_stays_in_the_field(
    world: World, server: mail.Server, address: str
) -> None:
    answer = client_of(world.rep).post(f"{PAGE}want/", {"address": address})
    assert answer.status_code == 422 and "no e-mail address" in answer.content.decode()
    answer = client_of(a_manager(world)).post(f"{PAGE}partner/", {"partner": address})
    assert answer.status_code == 422 and not Recipient.objects.exists()


def test_a_member_cannot_have_codes_sent_to_the_whole_world(world: World, server: mail.Server) -> None:
    for number in range(actions.ASKED_A_DAY):
        actions.want(member=world.rep, address=f"a{number}@example.org")
    with pytest.raises(TooMany):
        actions.want(member=world.rep, address="one.more@example.org")
    assert client_of(world.rep).post(f"{PAGE}want/", {"address": REP}).status_code == 429


def test_where_no_server_is_set_nothing_is_kept_and_the_file_is_there(world: World, settings: Any) -> None:
    settings.MAIL = None
    boss = a_manager(world)
    for member, right in ((world.rep, "want/"), (boss, "partner/")):
        answer = client_of(member).post(f"{PAGE}{right}", {"address": REP, "partner": REP})
        assert answer.status_code == 409 and "no mail server is set" in answer.content.decode()
    now = clock.now()
    Recipient.objects.create(
        programme=world.programme, member=world.rep, address=REP, set_by=world.rep, set_at=now, confirmed_at=now
    )
    prepared(world)
    sent()
    assert not Sending.objects.exists(), "what was published before is not sent once a server is set"
    page = client_of(world.supervisor).get(PAGE).content.decode()
    assert "sends no e-mail" in page and "as a file" in page
    assert "erase the address" in client_of(world.rep).get(PAGE).content.decode()
    assert client_of(world.supervisor).get(f"/at/cards/rally/{DAY}/mail/").status_code == 200


def test_where_people_practise_nothing_is_sent(world: World, server: mail.Server, box: Box) -> None:
    practice = ensure_practice(programme=world.programme)
    place = enter(member=world.supervisor, practice=practice)
    with inside(practice.pk):
        with pytest.raises(Conflict):
            actions.want(member=place, address=REP)
        now = NOON
        kept = Recipient.objects.create(
            programme=practice, member=place, address=REP, set_by=place, set_at=now, confirmed_at=now
        )
        note = RallyNote.objects.create(
            programme=practice, day=DAY, drafted_at=now, published_at=now, status="published"
        )
        assert actions.prepare(programme=practice, note=note) == 0
        Sending.objects.create(programme=practice, recipient=kept, note=note, made_at=now, due_at=now)
    sent()
    assert box.taken == []
    page = client_of(world.supervisor).get(f"/at/{practice.key}/rally/by-mail/").content.decode()
    assert "Where people practise, nothing is sent" in page


def test_only_the_manager_sets_the_partners_addresses(world: World, server: mail.Server) -> None:
    boss = a_manager(world)
    client = client_of(boss)
    for _ in range(2):
        assert client.post(f"{PAGE}partner/", {"partner": f" {PARTNER} "}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert page.count(PARTNER) == 2 and "not by name" in page  # in the list and on its button
    theirs = Recipient.objects.get()
    for member in (world.rep, world.supervisor):
        other = client_of(member)
        assert PARTNER not in other.get(PAGE).content.decode()
        assert other.post(f"{PAGE}partner/", {"partner": "x@example.org"}).status_code == 403
        assert other.post(f"{PAGE}partner/{theirs.public_id}/remove/").status_code == 403
    own = wanted(world.rep)
    assert client.post(f"{PAGE}partner/{own.public_id}/remove/").status_code == 404
    assert client.post(f"{PAGE}partner/{theirs.public_id}/remove/").status_code == 302
    assert Recipient.objects.get() == own


def test_the_partners_addresses_are_a_bounded_list(world: World, server: mail.Server) -> None:
    boss = a_manager(world)
    for number in range(actions.MOST_PARTNERS):
        actions.add_partners(member=boss, address=f"p{number}@example.org")
    with pytest.raises(Conflict, match="already"):
        actions.add_partners(member=boss, address="one.more@example.org")


def test_another_programme_sees_and_stops_nothing(world: World, server: mail.Server, box: Box) -> None:
    theirs = wanted(world.rep)
    with inside(world.other.pk):
        assert not Recipient.objects.exists() and not Sending.objects.exists()
        actions.stop_by_link(programme=world.other, recipient=theirs.public_id)
        with pytest.raises(NotFound):
            actions.remove_partners(member=world.outsider, recipient=theirs.public_id)
    assert Recipient.objects.get() == theirs
    stand_in(world.programme)


def test_the_page_asks_as_often_for_many_copies_as_for_few(world: World, server: mail.Server) -> None:
    boss = a_manager(world)
    with clock.at(NOON):
        for number in range(15):
            actions.add_partners(member=boss, address=f"p{number}@example.org")
    prepared(world)
    sent()
    with at_most(5):
        queries.partners_of(world.programme)
        queries.copies_of(world.programme)
        queries.failed_of(world.programme)
