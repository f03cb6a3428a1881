"""The guide on the desk: moves, answers and forms by level; nothing lost between tabs, people and versions."""

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.desk.tests.test_desk import DESK, ring, text_of
from rapport.guides import publishing
from rapport.guides.queries import GuideView, guide_of
from rapport.guides.tests.written import CANCEL
from rapport.routing import actions as routing
from rapport.routing import handing, presence, router
from rapport.routing.queries import open_offer_to

PLAIN = CANCEL.replace('objections = ["too_dear"]\n', "")
LET_THEM_SPEAK = """
name = "Cancel"
for = { reasons = ["cancel"] }
fields.got = { label = "What did they get?", saves = "value_given", optional = true }

[[steps]]
key = "greet"
title = "Greet"
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "hear" }]
next = "identify"

[[steps]]
key = "identify"
title = "Ask who they are"
touch_point = "verbatim"
words = "Your date of birth, please."
required = "always"
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "value" }]
next = "hear"

[[steps]]
key = "hear"
title = "Hear them out"
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "identify" }]
next = "value"

[[steps]]
key = "value"
kind = "close"
title = "Give something of value"
asks = ["got"]
"""


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


def taken(client: Client, world: World, text: str, level: int = 4) -> tuple[Contact, str]:
    """Have a guide in force, and a contact with it in the rep's hands; return it and the address of its steps."""
    routing.set_proficiency(member=world.rep, skill="retention", level=level, actor="test")
    routing.set_proficiency(member=world.second_rep, skill="retention", level=1, actor="test")
    publishing.install(programme=world.programme, text=text, actor="test")
    contact = ring(world)
    offer = open_offer_to(world.rep)
    assert offer is not None
    client.post(f"{DESK}offers/{offer.public_id}/accept/")
    contact.refresh_from_db()
    return contact, f"{DESK}contacts/{contact.public_id}/"


def of(contact: Contact) -> GuideView:
    contact.refresh_from_db()
    found = guide_of(contact)
    assert found is not None
    return found


def stands_at(contact: Contact) -> str:
    current = of(contact).view.current
    return current.key if current else "end"


def test_done_goes_on_and_back_comes_back(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    page = text_of(rep.post(f"{at}steps/greet/", {"done": "yes", "on": "yes"}))
    assert 'data-step="hear"' in page and "What made you decide?" in page and "1 of 4" in page
    assert 'data-step="greet"' in text_of(rep.post(f"{at}guide/back/", {"here": "hear"}))
    assert 'data-step="hear"' in text_of(rep.post(f"{at}guide/", {"here": "greet"}))
    assert "First: Hear why" in text_of(rep.post(f"{at}guide/", {"to": "cancel"}))
    assert stands_at(contact) == "hear"


def test_a_second_tab_moves_nothing_twice(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    for _ in range(2):
        rep.post(f"{at}steps/greet/", {"done": "yes", "on": "yes"})
    assert stands_at(contact) == "hear"
    for _ in range(2):
        rep.post(f"{at}guide/", {"here": "hear"})
    assert stands_at(contact) == "terms"
    for _ in range(2):
        rep.post(f"{at}guide/back/", {"here": "terms"})
    assert stands_at(contact) == "hear"


def test_an_answer_brings_the_file_up_to_date_and_a_refused_one_stays_in_its_field(
    rep: Client, world: World
) -> None:
    contact, at = taken(rep, world, PLAIN)
    rep.post(f"{at}guide/", {"to": "hear"})
    assert "since \u201cWhy do they leave?\u201d is price" in text_of(
        rep.post(f"{at}guide/answers/why/", {"value": "price"})
    )
    rep.post(f"{at}guide/answers/move_to/", {"value": "Lisbon"})
    assert Customer.objects.get(pk=world.customer.pk).likes == "Lisbon"
    refused = rep.post(f"{at}guide/answers/account/", {"value": "<b>twelve"}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#answer-account")
    assert 'value="&lt;b&gt;twelve"' in text_of(refused)
    assert "a number such as 12 or 12.5 is wanted" in text_of(refused)
    assert rep.post(f"{at}guide/answers/nope/", {"value": "1"}).status_code == 404
    assert "price" in [field.answer for step in of(contact).steps for field in step.fields]


def test_the_form_follows_the_level_of_whoever_has_the_contact_now(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    free, strict = "In your own words", "Cover, in your own words"
    assert free in text_of(rep.get(DESK)) and strict not in text_of(rep.get(DESK))
    routing.set_proficiency(member=world.rep, skill="retention", level=0, actor="test")
    assert strict in text_of(rep.get(DESK))
    refused = rep.post(f"{at}steps/greet/left-out/", {"because": "They are in a hurry"})
    assert (refused.status_code, "from level 4 on; yours is 0" in text_of(refused)) == (422, True)
    routing.set_proficiency(member=world.rep, skill="retention", level=4, actor="test")
    assert rep.post(f"{at}steps/greet/left-out/", {"because": " "}).status_code == 422
    assert "They are in a hurry" in text_of(
        rep.post(f"{at}steps/greet/left-out/", {"because": "They are in a hurry"})
    )
    assert [one.key for one in of(contact).open_required] == ["hear", "terms", "thanks_priority"]


def test_what_is_done_by_hand_in_the_partners_system_may_fail(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    rep.post(f"{at}guide/answers/account/", {"value": "12"})
    rep.post(f"{at}guide/answers/why/", {"value": "moving"})
    for step in ("greet", "terms", "thanks_priority"):
        rep.post(f"{at}steps/{step}/", {"done": "yes"})
    assert "It worked" in text_of(rep.post(f"{at}guide/", {"to": "cancel"}))
    page = text_of(rep.post(f"{at}steps/cancel/result/", {"done": "no", "words": "It was locked"}))
    assert "It was locked" in page and "Hand it to the back office" in page
    assert stands_at(contact) == "cancel"
    assert 'data-step="close"' in text_of(rep.post(f"{at}steps/cancel/result/", {"done": "yes"}))


def test_an_upset_customer_speaks_first_and_the_formality_comes_later(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, LET_THEM_SPEAK)
    rep.post(f"{at}guide/", {"here": "greet"})
    assert stands_at(contact) == "identify"
    page = text_of(rep.post(f"{at}guide/mood/", {"upset": "yes"}))
    assert "let them speak first" in page and 'data-step="hear"' in page
    assert [one.key for one in of(contact).steps] == ["greet", "hear", "identify", "value"]
    rep.post(f"{at}guide/mood/", {"upset": "no"})
    assert [one.key for one in of(contact).steps] == ["greet", "identify", "hear", "value"]
    assert stands_at(contact) == "identify", "the formality is open, so it is its turn again"


def test_the_wrap_up_knows_what_the_guide_was_told(rep: Client, world: World) -> None:
    _, at = taken(rep, world, LET_THEM_SPEAK)
    rep.post(f"{at}guide/answers/got/", {"value": "The fee of a year"})
    assert 'value="The fee of a year"' in text_of(rep.post(f"{at}end/"))


def test_a_step_is_found_by_its_words(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    assert 'data-step="price"' in text_of(rep.post(f"{at}guide/find/", {"words": "too dear"}))
    assert "No step on the way" in text_of(rep.post(f"{at}guide/find/", {"words": "weather"}))
    assert rep.post(f"{at}guide/find/", {"words": " "}).status_code == 422
    assert stands_at(contact) == "price"
    assert 'data-step="greet"' in text_of(rep.post(f"{at}guide/", {"here": "price"})), "an aside goes back"
    rep.post(f"{at}guide/find/", {"words": "too dear"})
    rep.post(f"{at}guide/back/", {"here": "price"})
    assert 'data-step="hear"' in text_of(rep.post(f"{at}guide/", {"here": "greet"})), "and is not come back to"


def test_the_next_rep_has_all_of_it_in_the_version_it_began_with(rep: Client, world: World) -> None:
    contact, at = taken(rep, world, PLAIN)
    rep.post(f"{at}steps/greet/", {"done": "yes", "on": "yes"})
    rep.post(f"{at}guide/answers/why/", {"value": "moving"})
    publishing.install(programme=world.programme, text=PLAIN.replace("Hear why", "Listen"), actor="test")
    presence.choose(member=world.second_rep, doing="available")
    handing.hand_to_person(
        member=world.rep, contact_id=contact.public_id, agent_id=world.second_rep.agent_id, note="x"
    )
    router.turn(world.programme)
    offer = open_offer_to(world.second_rep)
    assert offer is not None
    other = Client()
    other.force_login(world.second_rep.user)
    page = text_of(other.post(f"{DESK}offers/{offer.public_id}/accept/"))
    assert 'data-step="hear"' in page and "Hear why" in page and "Listen" not in page
    assert "version 1, level 1" in page and "2 of 4" in page
    assert f'<span class="step-by">{world.rep.name}</span>' in page
    assert rep.post(f"{at}guide/", {"here": "hear"}).status_code == 404
