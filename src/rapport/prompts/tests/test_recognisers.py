"""The two recognisers answer the same questions; ranking orders what a guide has left."""

import pytest

from rapport.prompts.by_meaning import ByMeaning
from rapport.prompts.by_words import ByWords, verbatim_share
from rapport.prompts.findings import Known, Recogniser, Touch

KNOWN = Known(
    reasons={"cancel": ("Cancel my card",), "travel": ("Take my card abroad",)},
    objections={"too_dear": ("Too expensive", "The annual fee is too high for me")},
    articles={"fee": ("When is the annual fee charged?",)},
)


@pytest.fixture(scope="module", params=[ByWords, ByMeaning])
def by(request: pytest.FixtureRequest) -> Recogniser:
    made: Recogniser = request.param()
    return made


@pytest.mark.parametrize(
    ("text", "shows", "about"),
    [
        ("I want to cancel my card", "reason", "cancel"),
        ("The annual fee is too high", "objection", "too_dear"),
        ("I got a better offer from another bank", "competitor", ""),
        ("This is unacceptable, I want to make a complaint", "distress", ""),
        ("When is the annual fee charged?", "article", "fee"),
    ],
)
def test_a_customers_message_shows_what_it_says(by: Recogniser, text: str, shows: str, about: str) -> None:
    found = {one.shows: one for one in by.of_customer(text, KNOWN)}
    assert shows in found and found[shows].about == about
    assert all(0 < one.sureness <= 1 for one in found.values())


LONG = "I want to cancel my card, the annual fee is far too expensive and another bank offers it for free."


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        (LONG, "leaving"),
        (LONG, "competitor"),
        ("I'm thinking of switching to Revolut because they charge nothing abroad", "leaving"),
        ("Nobody answered my mails for three weeks and I am really fed up with this", "distress"),
        ("please close all our accounts", "leaving"),
    ],
)
def test_what_is_said_beside_other_things_is_heard(by: Recogniser, text: str, shows: str) -> None:
    assert shows in {one.shows for one in by.of_customer(text, KNOWN)}


@pytest.mark.parametrize(
    "text",
    [
        "Please cancel my card payment to the hotel",
        "can I transfer money from another bank?",
        "a strange payment is on my account and won't go away",
        "I would like to switch to July if that is possible",
    ],
)
def test_ordinary_wishes_are_no_thought_of_leaving(by: Recogniser, text: str) -> None:
    assert not {"leaving", "competitor", "distress"} & {one.shows for one in by.of_customer(text, KNOWN)}


def test_a_long_sentence_s_objection_is_heard_in_its_clause() -> None:
    found = {one.shows: one for one in ByMeaning().of_customer(LONG, KNOWN)}
    assert found["objection"].about == "too_dear"


def test_what_no_example_says_is_heard_by_its_side() -> None:
    found = {
        one.shows
        for one in ByMeaning().of_customer(
            "I signed up last week but changed my mind, undo the subscription please", Known()
        )
    }
    assert "leaving" in found


@pytest.mark.parametrize("text", ["hello", "yes please", "thank you so much", "on Tuesday at ten", "", "🙂", "?"])
def test_small_talk_shows_nothing(by: Recogniser, text: str) -> None:
    assert by.of_customer(text, KNOWN) == []
    assert by.of_rep(text, [Touch("hear", "What made you decide to close the card?")]) == []


def test_a_reps_message_shows_promises_secrets_and_what_it_covers(by: Recogniser) -> None:
    touches = [
        Touch("hear", "What made you decide to close the card?"),
        Touch("legal", "Your card stays valid until the end of the month.", is_verbatim=True),
    ]
    said = "What made you decide to close the card? I will call you back tomorrow. It is 4242 4242 4242 4242."
    found = [(one.shows, one.about) for one in by.of_rep(said, touches)]
    assert found == [("promise", ""), ("sensitive", "card"), ("covered", "hear")]
    assert by.of_rep("your card stays valid until the end of the month", touches)[0].about == "legal"
    assert by.of_rep("Your card remains valid till the month's end.", touches[1:]) == []


def test_word_for_word_is_counted_in_order() -> None:
    assert verbatim_share("one two three four", "One, two – three four!") == 1
    assert verbatim_share("one two three four", "four three two one") < 0.5
    assert verbatim_share("", "anything") == 0
