"""Sitting in on a chat: who may, what the rep and the customer see of it, and how it ends."""

from datetime import timedelta
from unittest import mock
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of, unanswered_in
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.guides import actions as guides
from rapport.guides.publishing import install
from rapport.guides.tests.written import simple
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.quality.monitoring import actions, jobs
from rapport.quality.monitoring.models import SitIn, Whisper
from rapport.quality.monitoring.queries import SHOWN, beside
from rapport.routing import actions as routing


@pytest.fixture
def held(world: World) -> Contact:
    contact = chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="I want to leave",
        reason=world.reason,
        client_id=uuid4(),
    )
    contacts.answer(contact, rep=world.rep, actor="test")
    contact.refresh_from_db()
    return contact


@pytest.fixture
def grace(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme,
        agent_id="grace",
        name="Grace Hopper",
        role=Role.SUPERVISOR,
        username="grace",
        password=None,
    )


def whispered(world: World, contact: Contact, text: str = "Offer the fee back") -> Whisper:
    return actions.whisper(member=world.supervisor, contact_id=contact.public_id, text=text, client_id=uuid4())


def sits_in(world: World, contact: Contact, *, joined: bool = False) -> None:
    actions.sit_in(member=world.supervisor, contact_id=contact.public_id)
    if joined:
        actions.join(member=world.supervisor, contact_id=contact.public_id)


def told(contact: Contact, prefix: str = "monitoring.") -> list[Event]:
    return list(Event.objects.filter(subject=contact.public_id, name__startswith=prefix).order_by("pk"))


def page(contact: Contact, step: str = "") -> str:
    return f"/at/cards/contacts/{contact.public_id}/beside/{step}"


def test_the_rep_sees_who_sits_in_and_what_they_whisper_and_the_customer_nothing(
    world: World, held: Contact, client: Client
) -> None:
    sits_in(world, held)
    whispered(world, held, "Her fee was waived in May")
    client.force_login(world.rep.user)
    desk = client.get("/at/cards/desk/").content.decode()
    part = client.get(f"/at/cards/desk/contacts/{held.public_id}/beside/").content.decode()
    for shown in (desk, part):
        assert "Supervisor</strong> is sitting in" in shown
        assert "Her fee was waived in May" in shown
    assert [one.text for one in messages_of(held)] == ["I want to leave"]
    for one in told(held):
        assert one.audience == [f"beside:{held.public_id}", f"member:{world.rep.pk}"]
    assert [one.name for one in told(held)] == ["monitoring.started", "monitoring.whispered"]
    assert {one.actor for one in told(held)} == {f"member:{world.supervisor.pk}"}


def test_who_joins_is_named_to_the_customer_and_writes_as_a_colleague(world: World, held: Contact) -> None:
    sits_in(world, held)
    with pytest.raises(Invalid, match="Join"):
        actions.say(member=world.supervisor, contact_id=held.public_id, text="Hello", client_id=uuid4())
    actions.join(member=world.supervisor, contact_id=held.public_id)
    actions.join(member=world.supervisor, contact_id=held.public_id)
    actions.say(member=world.supervisor, contact_id=held.public_id, text="Hello", client_id=uuid4())
    actions.leave(member=world.supervisor, contact_id=held.public_id)
    assert [(one.author, one.text) for one in messages_of(held)[1:]] == [
        ("system", "Supervisor has joined the conversation."),
        ("colleague", "Hello"),
        ("system", "Supervisor has left the conversation."),
    ]
    assert unanswered_in([held]) == {}  # a colleague's answer is one
    assert beside(held).people == []


def test_sitting_in_again_and_whispering_twice_change_nothing(world: World, held: Contact) -> None:
    key = uuid4()
    for _ in range(2):
        actions.sit_in(member=world.supervisor, contact_id=held.public_id)
    kept = {
        actions.whisper(member=world.supervisor, contact_id=held.public_id, text="Now", client_id=key).pk
        for _ in range(2)
    }
    assert len(kept) == SitIn.objects.count() == 1
    assert [one.name for one in told(held)] == ["monitoring.started", "monitoring.whispered"]
    with pytest.raises(IntegrityError), transaction.atomic():
        SitIn.objects.create(
            programme=world.programme,
            contact=held,
            member=world.supervisor,
            since=clock.now(),
            seen_at=clock.now(),
        )


def test_nobody_whispers_or_joins_without_sitting_in(world: World, held: Contact, grace: Member) -> None:
    actions.sit_in(member=grace, contact_id=held.public_id)
    for _ in range(2):
        with pytest.raises(Conflict, match="Sit in first"):
            whispered(world, held)
        with pytest.raises(Conflict, match="Sit in first"):
            actions.join(member=world.supervisor, contact_id=held.public_id)
        sits_in(world, held)
        actions.leave(member=world.supervisor, contact_id=held.public_id)


def test_the_customer_is_told_first_names_once_and_the_record_each_step(
    world: World, held: Contact, grace: Member
) -> None:
    began = clock.now()
    with clock.at(began):
        actions.sit_in(member=grace, contact_id=held.public_id)
    with clock.at(began + timedelta(seconds=40)):
        actions.pulse(member=grace, contact_id=held.public_id)
        for _ in range(2):
            actions.join(member=grace, contact_id=held.public_id)
        actions.whisper(member=grace, contact_id=held.public_id, text=" Ask  her ", client_id=uuid4())
    with clock.at(began + timedelta(seconds=50)):
        actions.leave(member=grace, contact_id=held.public_id)
    assert [one.text for one in messages_of(held)[1:]] == [
        "Grace has joined the conversation.",
        "Grace has left the conversation.",
    ]
    assert [(one.name.partition(".")[2], one.data) for one in told(held)] == [
        ("started", {}),
        ("joined", {}),
        ("whispered", {"characters": 7}),
        ("ended", {"seconds": 50, "left": True}),
    ]


def test_what_somebody_else_ended_just_before_is_not_ended_again(
    world: World, held: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    sits_in(world, held)

    def left_meanwhile(pk: int) -> Contact:
        monkeypatch.setattr(actions, "lock_contact", lock_contact)
        actions.leave(member=world.supervisor, contact_id=held.public_id)
        return lock_contact(pk)

    monkeypatch.setattr(actions, "lock_contact", left_meanwhile)
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert actions.end_left(programme=world.programme) == 0
    assert [one.data["left"] for one in told(held, "monitoring.ended")] == [True]


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00\x07", "x" * 501])
def test_a_whisper_that_cannot_be_kept_is_refused(world: World, held: Contact, text: str) -> None:
    sits_in(world, held)
    with pytest.raises(Invalid):
        whispered(world, held, text)
    assert not Whisper.objects.exists()


def test_a_whisper_may_be_just_as_long_as_is_said(world: World, held: Contact) -> None:
    sits_in(world, held)
    assert len(whispered(world, held, "x" * 500).text) == 500


def test_card_numbers_are_hidden_in_whispers(world: World, held: Contact) -> None:
    sits_in(world, held)
    whispered(world, held, "Her card is 4111 1111 1111 1111")
    assert "4111 1111 1111 1111" not in Whisper.objects.get().text


def test_nobody_sits_in_on_their_own_contact_on_a_call_or_when_it_is_over(world: World, held: Contact) -> None:
    routing.end_conversation(held, by="rep", actor="test")
    with pytest.raises(Conflict, match="over"):
        sits_in(world, held)
    call = contacts.arrive(programme=world.programme, channel="voice", actor="test", address="+4930123456")[0]
    contacts.answer(call, rep=world.rep, actor="test")
    with pytest.raises(NotFound):
        sits_in(world, call)
    own = chat.begin(
        programme=world.programme, email="bo@example.org", text="Hi", reason=world.reason, client_id=uuid4()
    )
    with pytest.raises(NotFound):
        sits_in(world, own)  # nobody holds it yet
    contacts.answer(own, rep=world.supervisor, actor="test")
    with pytest.raises(NotFound):
        sits_in(world, own)


@pytest.mark.parametrize("who", ["rep", "second_rep", "outsider"])
@pytest.mark.parametrize("step", ["sit-in/", "whisper/", "join/", "say/", "leave/", "pulse/"])
def test_who_may_not_finds_nothing(world: World, held: Contact, client: Client, who: str, step: str) -> None:
    sits_in(world, held)
    client.force_login(getattr(world, who).user)
    assert client.post(page(held, step), {"text": "Hello"}).status_code in (403, 404)
    assert client.get(page(held)).status_code in (403, 404)
    assert not Whisper.objects.exists()
    assert SitIn.objects.count() == 1


def test_an_analyst_reads_the_chat_and_does_not_sit_in(world: World, held: Contact, client: Client) -> None:
    analyst = accounts.ensure_member(
        programme=world.programme,
        agent_id="ann",
        name="Ann",
        role=Role.QUALITY_ANALYST,
        username="ann",
        password=None,
    )
    client.force_login(analyst.user)
    shown = client.get(f"/at/cards/contacts/{held.public_id}/")
    assert shown.status_code == 200
    assert 'id="sit-in"' not in shown.content.decode()
    assert client.post(page(held, "sit-in/")).status_code == 403
    ticket = client.get(f"/at/cards/contacts/{held.public_id}/ticket/").content.decode()
    assert "beside" not in ticket


def test_the_page_goes_through_all_steps(world: World, held: Contact, client: Client) -> None:
    client.force_login(world.supervisor.user)
    assert 'id="sit-in"' in client.get(f"/at/cards/contacts/{held.public_id}/").content.decode()
    assert "Sit in" in client.get(page(held)).content.decode()
    assert "You are sitting in" in client.post(page(held, "sit-in/")).content.decode()
    sent = {"text": "Thank her first", "client_id": str(uuid4())}
    assert "Thank her first" in client.post(page(held, "whisper/"), sent).content.decode()
    assert client.post(page(held, "whisper/"), {"text": "x", "client_id": "no key"}).status_code == 422
    assert client.post(page(held, "pulse/")).status_code == 204
    assert "Write to Ada Byron" in client.post(page(held, "join/")).content.decode()
    assert client.post(page(held, "say/"), {"text": "I can help", "client_id": str(uuid4())}).status_code == 200
    assert "You are" not in client.post(page(held, "leave/")).content.decode()
    assert messages_of(held)[-2].text == "I can help"


def test_the_newest_whispers_are_shown_the_newest_last(world: World, held: Contact) -> None:
    sits_in(world, held)
    for number in range(SHOWN + 2):
        whispered(world, held, f"Line {number}")
    assert [one.text for one in beside(held).whispers] == [f"Line {number}" for number in range(2, SHOWN + 2)]


def test_each_is_told_how_they_sit_in_themselves(world: World, held: Contact, grace: Member) -> None:
    sits_in(world, held, joined=True)
    actions.sit_in(member=grace, contact_id=held.public_id)
    now = beside(held)
    mine, hers = now.of(world.supervisor), now.of(grace)
    assert mine is not None and mine.joined_at is not None
    assert hers is not None and hers.joined_at is None
    assert now.of(world.rep) is None
    assert [one.member for one in now.people] == [world.supervisor, grace]


def test_two_lines_with_the_key_of_one_page_are_both_kept_and_one_sent_again_is_not(
    world: World, held: Contact, client: Client
) -> None:
    sits_in(world, held)
    client.force_login(world.supervisor.user)
    key = str(uuid4())
    for text in ("Thank her", "Offer the fee back", "Thank her"):
        client.post(page(held, "whisper/"), {"text": text, "client_id": key})
    assert [one.text for one in beside(held).whispers] == ["Thank her", "Offer the fee back"]


def test_there_is_no_panel_beside_a_contact_of_ones_own(world: World, client: Client) -> None:
    own = chat.begin(
        programme=world.programme, email="bo@example.org", text="Hi", reason=world.reason, client_id=uuid4()
    )
    contacts.answer(own, rep=world.supervisor, actor="test")
    client.force_login(world.supervisor.user)
    assert client.get(page(own)).status_code == 404


def test_it_ends_with_the_conversation_or_when_the_page_is_closed(world: World, held: Contact) -> None:
    sits_in(world, held, joined=True)
    assert actions.end_left(programme=world.programme) == 0
    with mock.patch("rapport.kit.clock.now", return_value=clock.now() + timedelta(seconds=91)):
        assert beside(held).people != []
        assert actions.end_left(programme=world.programme) == 1
        assert actions.end_left(programme=world.programme) == 0
    assert messages_of(held)[-1].text == "Supervisor has left the conversation."
    sits_in(world, held, joined=True)
    before = len(messages_of(held))
    routing.end_conversation(lock_contact(held.pk), by="rep", actor="test")
    held.refresh_from_db()
    assert beside(held).people == []
    assert actions.end_left(programme=world.programme) == 1
    assert len(messages_of(held)) == before  # nobody is told that somebody left what is over
    assert [one.data["left"] for one in told(held, "monitoring.ended")] == [False, False]


def test_who_takes_the_contact_over_no_longer_sits_in(world: World, held: Contact) -> None:
    sits_in(world, held, joined=True)
    Contact.objects.filter(pk=held.pk).update(rep=world.supervisor)
    before = len(messages_of(held))
    assert actions.end_left(programme=world.programme) == 1
    assert len(messages_of(held)) == before


def test_who_joined_has_left_when_the_contact_waits_for_another_rep(world: World, held: Contact) -> None:
    sits_in(world, held, joined=True)
    Contact.objects.filter(pk=held.pk).update(state="waiting", rep=None)
    assert actions.end_left(programme=world.programme) == 1
    assert messages_of(held)[-1].text == "Supervisor has left the conversation."


def test_who_may_not_read_the_contact_any_more_does_not_go_on_sitting_in(world: World, held: Contact) -> None:
    for right, granted in ((Right.READ_CONTACTS, False), (Right.READ_TEAM_CONTACTS, True)):
        accounts.adjust_role(
            programme=world.programme, role=Role.SUPERVISOR, right=right, granted=granted, actor="test"
        )
    for member in (world.supervisor, world.rep):
        accounts.change_place(member=member, actor="test", team="blue")
        member.refresh_from_db()
    sits_in(world, held)
    Contact.objects.filter(pk=held.pk).update(rep=world.second_rep)
    with clock.at(clock.now() + timedelta(seconds=91)):
        actions.pulse(member=world.supervisor, contact_id=held.public_id)
        assert actions.end_left(programme=world.programme) == 1
    with pytest.raises(NotFound):
        whispered(world, held)


@pytest.mark.parametrize(("seconds", "is_over"), [(89, False), (90, True)])
def test_who_is_not_heard_of_for_a_minute_and_a_half_is_gone(
    world: World, held: Contact, seconds: int, is_over: bool
) -> None:
    sits_in(world, held)
    began = SitIn.objects.get().seen_at
    with clock.at(began + timedelta(seconds=60)):
        actions.pulse(member=world.supervisor, contact_id=held.public_id)
    with clock.at(began + timedelta(seconds=60 + seconds)):
        assert actions.end_left(programme=world.programme) == is_over


def test_the_job_ends_what_nobody_sits_in_on_any_more(world: World, held: Contact) -> None:
    sits_in(world, held)
    jobs.end_left.func(timestamp=0)
    assert SitIn.objects.get().until is None
    with clock.at(clock.now() + timedelta(minutes=5)):
        jobs.end_left.func(timestamp=0)
    assert SitIn.objects.get().until is not None


def test_a_page_that_is_open_is_a_sign_of_its_own_reader_now_and_of_nothing_else(
    world: World, held: Contact, grace: Member
) -> None:
    sits_in(world, held)
    actions.leave(member=world.supervisor, contact_id=held.public_id)
    sits_in(world, held)
    actions.sit_in(member=grace, contact_id=held.public_id)
    before = list(SitIn.objects.order_by("pk").values_list("seen_at", flat=True))
    with clock.at(clock.now() + timedelta(seconds=60)):
        actions.pulse(member=world.supervisor, contact_id=held.public_id)
        now = clock.now()
    after = list(SitIn.objects.order_by("pk").values_list("seen_at", flat=True))
    assert after == [before[0], now, before[2]]


def test_touch_points_of_a_conversation_that_goes_on_are_not_said_to_be_left_open(
    world: World, held: Contact, client: Client
) -> None:
    step = {"key": "why", "title": "Hear the reason", "touch_point": "required"}
    install(programme=world.programme, text=simple("Cancel", [step], "cancel"))
    guides.begin(held, actor="test")
    client.force_login(world.supervisor.user)
    at = f"/at/cards/contacts/{held.public_id}/"
    page = client.get(at).text
    assert "Hear the reason" in page and "left open" not in page
    routing.end_conversation(lock_contact(held.pk), by="rep", actor="test")
    assert "left open" in client.get(at).text


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["sit_in", "join", "leave", "whisper", "end"]), max_size=8))
def test_whatever_the_order_the_customer_sees_a_joining_before_each_leaving(
    world: World, held: Contact, steps: list[str]
) -> None:
    with transaction.atomic():
        for step in steps:
            try:
                if step == "whisper":
                    whispered(world, held)
                elif step == "end":
                    actions.end_left(programme=world.programme)
                else:
                    getattr(actions, step)(member=world.supervisor, contact_id=held.public_id)
            except Conflict:
                continue
        lines = [one.text.split()[2] for one in messages_of(held)[1:]]
        assert lines == ["joined", "left"] * (len(lines) // 2) + ["joined"] * (len(lines) % 2)
        assert SitIn.objects.filter(until=None).count() <= 1
        transaction.set_rollback(True)
