"""From a message of a customer to a prompt on the rep's desk, by the doors both use."""

from datetime import timedelta
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.actions import arrive
from rapport.contacts.models import Contact
from rapport.desk import actions as desk
from rapport.events.queries import history_of
from rapport.guides import actions as guides
from rapport.guides.models import Progress
from rapport.guides.publishing import install
from rapport.guides.queries import guide_of
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound
from rapport.prompts import actions, hearing, knowing, prompter
from rapport.prompts.by_words import ByWords
from rapport.prompts.findings import Finding, Known
from rapport.prompts.models import Listening, Prompt
from rapport.prompts.prompter import Prompter
from rapport.routing import actions as routing
from rapport.routing import presence, router
from rapport.routing.queries import open_offer_to

DESK = "/at/cards/desk/"
GUIDE = """
name = "Cancel a card"
[for]
reasons = ["cancel"]
[[steps]]
key = "greet"
title = "Greet"
words = "Hello {customer.first_name|there}, thank you for writing to us."
touch_point = "free"
[[steps]]
key = "hear"
kind = "ask"
title = "Hear the reason"
words = "What made you decide to close the card?"
touch_point = "guided"
required = "always"
[[steps]]
key = "offer"
kind = "offer"
title = "Offer the fee back"
slot = "save"
words = "We could give you the fee back."
[[steps]]
key = "legal"
title = "Say the notice"
words = "Your card stays valid until the end of the month that follows your notice."
touch_point = "verbatim"
required = "always"
[[steps]]
key = "close"
kind = "close"
title = "Thank them"
"""


def text_of(response: Any) -> str:
    return str(response.content.decode())


def raiser(error: type[Exception]) -> Any:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


@pytest.fixture(autouse=True)
def by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognise by words, so that no model is loaded."""
    monkeypatch.setattr(prompter, "recogniser", ByWords)


@pytest.fixture
def contact(world: World) -> Contact:
    """A chat in the rep's hands, with a guide."""
    knowing.forget()
    install(programme=world.programme, text=GUIDE)
    chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    presence.choose(member=world.rep, doing="available")
    router.turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return desk.accept(member=world.rep, offer_id=offer.public_id)


def say(world: World, contact: Contact, text: str, author: str = "customer") -> None:
    """Say something, and have it heard."""
    member = world.rep if author == "rep" else None
    chat.say(contact, author=author, text=text, client_id=uuid4(), member=member)
    hearing.hear_chats(world.programme, [contact.public_id], by=ByWords())


def open_of(contact: Contact) -> list[tuple[str, str]]:
    rows = Prompt.objects.filter(contact=contact, expired_at__isnull=True, dismissed_at__isnull=True)
    return [(one.kind, one.about) for one in rows.order_by("kind", "rank") if one.used_at is None]


def test_a_message_in_is_a_prompt_on_the_desk(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    chat.say(contact, author="customer", text="I will switch to another bank", client_id=uuid4())
    Prompter().look()
    assert "data-prompts" in text_of(client.get(DESK))
    page = text_of(client.get(f"{DESK}contacts/{contact.public_id}/prompts/"))
    assert "Thinks of leaving" in page and "Hear the reason" in page
    assert [one.name for one in history_of(world.programme, contact.public_id)].count(
        "prompt.shown"
    ) == Prompt.objects.count()


def test_each_message_is_heard_once_whoever_hears_it_again(world: World, contact: Contact) -> None:
    say(world, contact, "I will switch to another bank")
    before = open_of(contact)
    hearing.hear_chats(world.programme, [contact.public_id], by=ByWords())
    Prompter().look()
    assert open_of(contact) == before
    assert Listening.objects.get(contact=contact).heard_to > 0


def test_what_fails_in_the_middle_leaves_nothing_and_is_heard_again(
    world: World, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.say(contact, author="customer", text="I will switch to another bank", client_id=uuid4())
    with monkeypatch.context() as broken, pytest.raises(RuntimeError), transaction.atomic():
        broken.setattr(hearing, "announce_all", raiser(RuntimeError))
        hearing.hear_chats(world.programme, [contact.public_id], by=ByWords())
    assert not Prompt.objects.exists() and not Listening.objects.exists()
    Prompter().look()
    assert ("leaving", "") in open_of(contact)


def test_a_message_nobody_can_hear_goes_without_prompts(world: World, contact: Contact) -> None:
    class Broken(ByWords):
        def of_customer(self, text: str, known: Known) -> list[Finding]:
            raise ZeroDivisionError

    ears = Prompter()
    ears.by = Broken()
    chat.say(contact, author="customer", text="I will switch to another bank", client_id=uuid4())
    ears.look()
    ears.by = ByWords()
    ears.look()
    assert not Prompt.objects.exists()
    say(world, contact, "I am furious")
    assert ("distress", "") in open_of(contact)


def test_what_was_said_long_ago_is_not_prompted(world: World, contact: Contact) -> None:
    chat.say(contact, author="customer", text="I will switch to another bank", client_id=uuid4())
    with clock.at(clock.now() + hearing.STALE + timedelta(seconds=1)):
        Prompter().look()
    assert not Prompt.objects.exists()
    assert Listening.objects.get(contact=contact).heard_to > 0


def test_an_offer_comes_only_after_the_problem_was_heard(world: World, contact: Contact) -> None:
    say(world, contact, "Hello again")
    assert ("offer", "offer") not in open_of(contact)
    guides.tick(member=world.rep, contact=contact, step="hear")
    say(world, contact, "Well, what now")
    assert ("offer", "offer") in open_of(contact)


def test_a_touch_point_ticks_itself_and_the_rep_takes_it_back_for_good(
    world: World, client: Client, contact: Contact
) -> None:
    say(world, contact, "So tell me, what made you decide to close the card?", "rep")
    [covered] = Prompt.objects.filter(kind="covered")
    view = guide_of(contact)
    assert view is not None
    step = view.view.of("hear")
    assert step is not None and step.covered is not None and step.covered.how == "heard"
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/prompts/"
    assert "Undo" in text_of(client.get(at))
    assert client.post(f"{at}{covered.public_id}/dismiss/").status_code == 200
    say(world, contact, "What made you decide to close the card?", "rep")
    after = guide_of(contact)
    assert after is not None
    assert [one.key for one in after.open_required] == ["hear", "legal"]


def test_a_disclosure_ticks_itself_only_word_for_word(world: World, contact: Contact) -> None:
    guides.tick(member=world.rep, contact=contact, step="hear")
    say(world, contact, "Your card stays valid until the month's end.", "rep")
    assert not Prompt.objects.filter(kind="covered").exists()
    say(world, contact, "your card stays valid until the end of the month that follows your notice!", "rep")
    assert Prompt.objects.filter(kind="covered", about="legal").exists()


def test_what_is_dismissed_stays_away_and_is_told(world: World, client: Client, contact: Contact) -> None:
    say(world, contact, "I will switch to another bank")
    one = Prompt.objects.get(kind="leaving")
    client.force_login(world.rep.user)
    client.post(f"{DESK}contacts/{contact.public_id}/prompts/{one.public_id}/dismiss/")
    say(world, contact, "I will switch to another bank, I said")
    assert ("leaving", "") not in open_of(contact)
    assert [one.name for one in history_of(world.programme, contact.public_id)].count("prompt.dismissed") == 1


def test_a_rep_uses_a_prompt_once(world: World, client: Client, contact: Contact) -> None:
    say(world, contact, "I am furious")
    one = Prompt.objects.get(kind="distress")
    client.force_login(world.rep.user)
    for _ in range(2):
        client.post(f"{DESK}contacts/{contact.public_id}/prompts/{one.public_id}/use/")
    told = [each.name for each in history_of(world.programme, contact.public_id)]
    assert (told.count("prompt.used"), told.count("guide.mood")) == (1, 1)
    client.force_login(world.second_rep.user)
    assert client.get(f"{DESK}contacts/{contact.public_id}/prompts/").status_code == 404


def test_a_prompt_is_of_its_own_contact_and_of_who_has_it(world: World, contact: Contact) -> None:
    say(world, contact, "I will switch to another bank")
    prompt = Prompt.objects.filter(contact=contact).order_by("pk")[0]
    other, _ = arrive(
        programme=world.programme, channel="chat", actor="customer", reason=None, external_id=f"chat:{uuid4()}"
    )
    other.rep = world.rep
    for member, of in ((world.rep, other), (world.second_rep, contact)):
        actions.show(member=member, contact=of, prompts=[prompt.public_id])
        assert not Prompt.objects.filter(shown_at__isnull=False).exists()
    for act in (actions.use, actions.dismiss):
        with pytest.raises(NotFound):
            act(member=world.rep, contact=other, prompt=prompt.public_id)
    for _ in range(2):
        actions.show(member=world.rep, contact=contact, prompts=[prompt.public_id])
    assert len([one for one in history_of(world.programme, contact.public_id) if one.name == "prompt.shown"]) == 1


def test_what_was_put_away_or_let_go_is_not_used_any_more(world: World, contact: Contact) -> None:
    say(world, contact, "I will switch to another bank")
    first, second = Prompt.objects.filter(contact=contact).order_by("pk")[:2]
    actions.dismiss(member=world.rep, contact=contact, prompt=first.public_id)
    Prompt.objects.filter(pk=second.pk).update(expired_at=clock.now())
    for one in (first, second):
        with pytest.raises(Conflict):
            actions.use(member=world.rep, contact=contact, prompt=one.public_id)


def test_who_is_quiet_is_told_what_is_required_only(world: World, client: Client, contact: Contact) -> None:
    quiet = GUIDE.replace("[[steps]]", '[freedom]\nskill = "retention"\nquiet_from = 4\n[[steps]]', 1)
    routing.set_proficiency(member=world.rep, skill="retention", level=4, actor="test")
    install(programme=world.programme, text=quiet)
    Progress.objects.filter(contact=contact).delete()
    guides.begin(contact, actor="test")
    say(world, contact, "I will switch to another bank")
    client.force_login(world.rep.user)
    page = text_of(client.get(f"{DESK}contacts/{contact.public_id}/prompts/"))
    assert "quiet at your level" in page and "Hear the reason" in page and "leaving" not in page


def test_a_text_is_looked_over_before_it_is_sent(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/look-over/"
    assert client.post(at, {"text": "your card 4242 4242 4242 4242"}).json()["found"]
    assert client.post(at, {"text": "call 4930123456"}).json() == {"found": ""}
