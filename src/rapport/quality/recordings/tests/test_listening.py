"""Who may hear a recording, in which parts, that it is on record; and remarks at a moment."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import soundfile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts.models import Member
from rapport.audit.models import Look
from rapport.channels.chat.models import Conversation, Message
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.quality import actions
from rapport.quality.models import Recording, Remark
from rapport.quality.recordings import actions as recorded
from rapport.quality.recordings import sealed, serving, store
from rapport.quality.recordings.tests.sounds import a_recording, file_of, turns
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection
from rapport.quality.tests.test_evaluating import client_of

BASE = "/at/cards/quality"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.RECORDINGS, settings.KEY_RING = tmp_path / "recordings", tmp_path / "ring.json"


def audio(row: Recording, base: str = BASE) -> str:
    return f"{base}/recordings/{row.public_id}/audio/{uuid4()}/"


def statuses(who: Member, row: Recording, base: str = BASE) -> list[int]:
    client = client_of(who)
    page = f"{base.removesuffix('/quality')}/contacts/{row.contact.public_id}/"
    places = [audio(row, base), f"{base}/recordings/{row.public_id}/outline/", page]
    return [client.get(place).status_code for place in places]


def test_a_rep_hears_their_own_calls_supervisors_all_and_others_nothing(world: World) -> None:
    row = a_recording(world)
    assert statuses(world.rep, row) == statuses(world.supervisor, row) == [200, 200, 200]
    assert statuses(world.second_rep, row) == [404, 404, 404]
    assert statuses(world.outsider, row) == [404, 404, 404]
    assert statuses(world.outsider, row, "/at/loans/quality") == [404, 404, 404]
    assert [
        Client().get(place).status_code for place in (audio(row), f"{BASE}/recordings/{row.public_id}/outline/")
    ] == [302] * 2
    assert {one.actor for one in Look.objects.filter(what="recording")} == {
        f"member:{world.rep.pk}", f"member:{world.supervisor.pk}"
    }  # fmt: skip


def test_what_is_served_is_the_sound_whole_and_in_parts(world: World) -> None:
    row, client = a_recording(world, seconds=40), client_of(world.rep)
    whole = client.get(audio(row))
    raw = whole.content
    assert not whole.streaming  # so that who listens slowly holds no thread
    assert (whole.headers["Content-Type"], whole.headers["Content-Length"]) == ("audio/flac", str(len(raw)))
    assert np.array_equal(soundfile.read(io.BytesIO(raw), dtype="int16")[0], turns(40))
    part = client.get(audio(row), headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, raw[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(raw)}"
    assert client.get(audio(row), headers={"Range": "bytes=-7"}).content == raw[-7:]
    beyond = client.get(audio(row), headers={"Range": f"bytes={len(raw)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(raw)}")
    assert "no-store" in part.headers["Cache-Control"]
    assert client.post(audio(row)).status_code == 405


def test_what_is_too_large_for_the_memory_is_sent_while_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, client = a_recording(world), client_of(world.rep)
    size = len(client.get(audio(row)).content)
    for most, is_read in ((size, False), (size - 1, True)):
        monkeypatch.setattr(serving, "WHOLE", most)
        whole = client.get(audio(row))
        raw = b"".join(whole.streaming_content) if is_read else whole.content
        assert (whole.streaming, whole.status_code, len(raw)) == (is_read, 200, size)
        assert whole.headers["Content-Length"] == str(size)


def test_a_part_opens_no_more_than_it_needs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row, opened = a_recording(world, seconds=60), []
    decrypt = store.AESGCM.decrypt

    class Counting:
        def __init__(self, key: bytes) -> None:
            self.cipher = decrypt.__objclass__(key)

        def decrypt(self, nonce: bytes, *told: Any) -> bytes:
            opened.append(int.from_bytes(nonce, "big"))
            return bytes(self.cipher.decrypt(nonce, *told))

    monkeypatch.setattr(store, "AESGCM", Counting)
    assert sealed.held_of(row).pieces > 8
    at = store.PIECE * 4 + 10
    client_of(world.rep).get(audio(row), headers={"Range": f"bytes={at}-{at + 100}"})
    assert opened == [4]


@given(
    size=st.integers(1, 10**7),
    text=st.one_of(st.text(max_size=30), st.from_regex(r"bytes=[0-9]{0,9}-[0-9]{0,9}", fullmatch=True)),
)
def test_any_range_gives_a_part_that_is_there_and_not_too_long(size: int, text: str) -> None:
    found = serving.wanted(text, size)
    if found is not None and found[0] < found[1]:
        assert 0 <= found[0] < found[1] <= size
        assert found[1] - found[0] <= serving.MOST


def test_each_listening_is_on_record_once_and_a_page_that_is_only_read_is_none(world: World) -> None:
    row, client = a_recording(world), client_of(world.supervisor)
    client.get(f"/at/cards/contacts/{row.contact.public_id}/")
    client.get(f"{BASE}/recordings/{row.public_id}/outline/")
    looks = Look.objects.filter(what="recording")
    assert not looks.exists()
    page = audio(row)
    for _ in range(3):
        client.get(page, headers={"Range": "bytes=0-99"})
    client.get(audio(row), headers={"Range": "bytes=0-99"})
    assert looks.count() == 2
    assert {(one.subject, one.right, one.why) for one in looks} == {
        (world.customer.public_id, "contacts.read.programme", "listened")
    }


def test_a_page_that_is_listened_to_for_hours_is_on_record_each_hour(world: World) -> None:
    row, looks, began = a_recording(world), Look.objects.filter(what="recording"), clock.now().replace(minute=1)
    page = audio(row)
    for minutes, count in ((0, 1), (50, 1), (61, 2), (130, 3)):
        with clock.at(began + timedelta(minutes=minutes)):
            part = client_of(world.supervisor).get(page, headers={"Range": "bytes=0-99"})
        assert (part.status_code, looks.count()) == (206, count)


def test_what_was_let_go_or_lost_is_not_heard(world: World) -> None:
    row = a_recording(world)
    file_of(row).unlink()
    assert client_of(world.rep).get(audio(row), headers={"Range": "bytes=0-"}).status_code == 404
    Recording.objects.update(sealed_secret="", outline=b"")
    assert statuses(world.rep, row) == [404, 404, 200]
    assert (
        "data-player"
        not in client_of(world.rep).get(f"/at/cards/contacts/{row.contact.public_id}/").content.decode()
    )


def test_the_page_shows_steps_holds_pauses_and_remarks_where_they_were(world: World) -> None:
    row = a_recording(world, seconds=30, pauses=[{"from": 5, "to": 8, "by": "rep", "cause": "card"}])
    for name, after, data in (
        ("contact.held", 10, {}),
        ("contact.resumed", 12, {}),
        ("guide.ticked", 20, {"step": "thank"}),
        ("guide.ticked", 99, {"step": "late"}),
    ):
        Event.objects.create(
            programme=world.programme,
            at=row.began_at + timedelta(seconds=after),
            name=name,
            subject=row.contact.public_id,
            actor="test",
            data=data,
        )
    client = client_of(world.supervisor)
    moment = (row.began_at + timedelta(seconds=15)).isoformat()
    said = client.post(
        f"{BASE}/contacts/{row.contact.public_id}/remarks/",
        {"moment": moment, "seconds": "15", "words": "Warm words"},
    )
    assert (said.status_code, 'data-at="15.0"' in said.content.decode()) == (201, True)
    page = client_of(world.rep).get(f"/at/cards/contacts/{row.contact.public_id}/").content.decode()
    marks = [(part.partition('"')[0]) for part in page.split('data-at="')[1:]]
    assert [float(one) for one in marks] == [5, 10, 12, 15, 20]
    assert "Paused: Card data" in page and "Warm words" in page and "Take away" not in page
    assert f"recordings/{row.public_id}/audio/" in page


@pytest.mark.parametrize(
    "sent",
    [{}, {"words": "x"}, {"moment": "yesterday", "words": "x"}, {"moment": "2026-02-30T00:00:00Z", "words": "x"},
     {"moment": "2026-11-22T10:00:00", "words": "x"}, {"moment": "1999-01-01T00:00:00Z", "words": "x"},
     {"moment": "now", "words": "  "}, {"moment": "now", "words": "x" * 301}],
    ids=str,
)  # fmt: skip
def test_a_remark_that_cannot_be_kept_is_refused(world: World, sent: dict[str, str]) -> None:
    contact = a_contact(world)
    told = {**sent, **({"moment": contact.answered_at.isoformat()} if sent.get("moment") == "now" else {})}
    answer = client_of(world.rep).post(f"{BASE}/contacts/{contact.public_id}/remarks/", told)
    assert (answer.status_code, Remark.objects.count()) == (422, 0)


def test_a_remark_is_of_a_moment_within_a_day_of_the_contact_and_just_as_long_as_is_said(world: World) -> None:
    contact, day, bit = a_contact(world), timedelta(hours=24), timedelta(microseconds=1)
    at = f"{BASE}/contacts/{contact.public_id}/remarks/"
    with clock.at(clock.now() + timedelta(days=30)):
        client = client_of(world.rep)
        for moment, is_kept in (
            (contact.arrived_at - day, True),
            (contact.arrived_at - day - bit, False),
            (contact.closed_at + day, True),
            (contact.closed_at + day + bit, False),
        ):
            sent = {"moment": moment.isoformat(), "words": "x" * 300}
            assert (client.post(at, sent).status_code == 201) is is_kept
    assert [len(one.words) for one in Remark.objects.all()] == [300, 300]


def test_who_may_not_read_the_contact_any_more_leaves_their_remark(world: World) -> None:
    contact = a_contact(world)
    told = {"moment": contact.answered_at.isoformat(), "words": "Warm"}
    client_of(world.rep).post(f"{BASE}/contacts/{contact.public_id}/remarks/", told)
    Contact.objects.filter(pk=contact.pk).update(rep=world.second_rep)
    take = f"{BASE}/remarks/{Remark.objects.get().public_id}/take/"
    assert client_of(world.rep).post(take).status_code == 404
    assert Remark.objects.exists()


def test_a_contact_takes_so_many_remarks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "MOST_REMARKS", 2)
    contact = a_contact(world)
    told = {"moment": contact.answered_at.isoformat(), "words": "Warm"}
    at = f"{BASE}/contacts/{contact.public_id}/remarks/"
    assert [client_of(world.rep).post(at, told).status_code for _ in range(3)] == [201, 201, 409]


def test_remarks_are_escaped_hide_numbers_and_are_taken_away_by_who_made_them_only(world: World) -> None:
    contact = a_contact(world)
    told = {"moment": contact.answered_at.isoformat(), "words": "<script>alert(1)</script> 4111 1111 1111 1111"}
    at = f"{BASE}/contacts/{contact.public_id}/remarks/"
    assert b"<script>" not in client_of(world.supervisor).post(at, told).content
    one = Remark.objects.get()
    assert "4111" not in one.words
    assert [client_of(who).post(at, told).status_code for who in (world.second_rep, world.outsider)] == [404, 404]
    take = f"{BASE}/remarks/{one.public_id}/take/"
    assert [client_of(who).post(take).status_code for who in (world.rep, world.outsider)] == [404, 404]
    assert client_of(world.supervisor).post(take).status_code == 200
    assert not Remark.objects.exists()
    assert Event.objects.filter(name__startswith="remark.").count() == 2


def test_who_scores_unseen_sees_no_others_remarks_until_it_is_in(world: World) -> None:
    selection = a_selection(world, a_scorecard(world))
    row = a_recording(world, selection.contact)
    for who, words in ((world.rep, "mine of the rep"), (world.supervisor, "my own remark")):
        Remark.objects.create(
            programme=world.programme,
            contact=row.contact,
            moment=row.began_at,
            words=words,
            made_by=who,
            made_at=clock.now(),
        )
    begun = actions.begin(member=world.supervisor, selection_id=selection.public_id)
    page = client_of(world.supervisor).get(f"{BASE}/evaluations/{begun.public_id}/").content.decode()
    assert "my own remark" in page and "mine of the rep" not in page
    assert f"recordings/{row.public_id}/audio/" in page


def test_a_chat_is_played_in_its_own_time(world: World) -> None:
    contact = a_contact(world)
    began = contact.arrived_at
    Conversation.objects.create(programme=world.programme, contact=contact, customer_seen_at=began)
    for n, author in enumerate(("customer", "rep", "customer")):
        Message.objects.create(
            programme=world.programme,
            contact=contact,
            author=author,
            text="Hi",
            client_id=uuid4(),
            at=began + timedelta(seconds=20 * n),
        )
    page = client_of(world.rep).get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
    assert 'data-player="chat"' in page and 'data-seconds="40.0"' in page
    assert page.count("data-moment=") == 3
