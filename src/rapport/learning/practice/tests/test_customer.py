"""What a made-up customer says: what was asked, what they object, and what makes them stay or leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.learning.practice.customer import Fact, Objection, Script, Told, play, turns_of, words_of
from rapport.learning.practice.personas import Asked, Objected, personas, script_for

FEE = Objection(key="fee", says="It is too dear.", met_by=[["waive", "yearly", "fee", "twelve"]])
SLOW = Objection(key="slow", says="Nobody calls back.", met_by=[["promise", "call", "tomorrow"]])
PLACE = Fact(asked=["where", "move", "moving"], says="To Aldford.")
NOTHING = "The weather is fine."
MEETS = ["We waive the yearly fee for twelve months.", "I promise to call tomorrow."]


def a_script(objections: tuple[Objection, ...] = (FEE, SLOW), patience: int = 2) -> Script:
    return Script(
        persona="test",
        pace_seconds=4,
        patience=patience,
        opens="Hello",
        facts=[PLACE],
        objections=list(objections),
        met="Good.",
        unmoved=["No.", "Still no."],
        unsure="And then?",
        stays="I stay.",
        leaves="I go.",
    )


def texts(told: Told) -> list[str]:
    return [one.text for one in told.replies]


def test_a_greeting_brings_the_first_objection_and_answers_bring_the_others_and_then_they_stay() -> None:
    told = play(a_script(), ["Good day", *MEETS])
    assert texts(told) == ["It is too dear.", "Good. Nobody calls back.", "Good. I stay."]
    assert (told.outcome, told.met) == ("stayed", [0, 1])


def test_what_is_asked_is_answered_once_and_costs_no_patience() -> None:
    script = a_script(patience=1)
    told = play(script, ["Hello", "Where do you move to?", "You move, then?", NOTHING])
    assert texts(told) == ["It is too dear.", "To Aldford.", "No.", "I go."]
    assert told.outcome == "left"


def test_who_is_answered_nothing_leaves_after_their_patience() -> None:
    told = play(a_script(patience=2), ["Hello", NOTHING, NOTHING, NOTHING, *MEETS])
    assert texts(told) == ["It is too dear.", "No.", "Still no.", "I go."] and told.outcome == "left"


def test_who_objects_to_nothing_stays_after_a_while() -> None:
    told = play(a_script(objections=()), ["Hello", "I look", "Done"])
    assert texts(told) == ["And then?", "And then?", "I stay."] and told.outcome == "stayed"


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("We WAIVE the YEARLY fee: twelve months!", True),
        ("waive the yearly thing", False),  # two words of four
        ("fee fee fee fee", False),  # one word, said often
        ("We could, you know, have that with your", False),
    ],
)
def test_an_objection_is_met_by_three_words_of_an_answer_however_written(text: str, is_met: bool) -> None:
    told = play(a_script((FEE,)), ["Hello", text])
    assert (told.outcome == "stayed") is is_met


def test_a_short_answer_is_met_by_all_its_words_and_an_empty_one_by_nothing() -> None:
    assert play(a_script((Objection(says="No?", met_by=[["blue"]]),)), ["Hi", "Blue"]).outcome == "stayed"
    assert play(a_script((Objection(says="No?", met_by=[[]]),)), ["Hi", "Blue"]).outcome == ""


def test_several_messages_in_a_row_are_one_turn() -> None:
    said = [(False, "Hello"), (True, "a"), (True, "b"), (False, "c"), (True, "d")]
    assert turns_of(said) == ["a\nb", "d"]
    assert turns_of([]) == turns_of([(False, "Hello"), (False, "Anybody?")]) == []


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from([NOTHING, *MEETS, "Where to?"])), max_size=40))
def test_whatever_is_said_they_reply_to_each_turn_until_their_last_word(turns: list[str]) -> None:
    script = a_script()
    told = play(script, turns)
    assert all(one.text for one in told.replies)
    assert all(not one.outcome for one in told.replies[:-1])
    assert len(told.replies) == len(turns) or told.outcome
    assert (told.outcome == "stayed") == (told.met == [0, 1])
    for count in range(len(told.replies)):  # what was said stands, whatever is said later
        assert play(script, turns[:count]).replies == told.replies[:count]


@given(st.lists(st.text(max_size=40), min_size=40, max_size=60))
def test_no_practice_goes_on_for_ever(turns: list[str]) -> None:
    assert play(a_script(), turns).outcome in ("stayed", "left")


def test_words_are_those_that_tell_something() -> None:
    assert words_of("We could WAIVE the fees, {customer.first_name|there}, for your cards.") == {
        "waive",
        "fee",
        "card",
    }


def test_every_persona_makes_a_script_with_the_programmes_own_objections_and_questions() -> None:
    asked = [
        Asked(label="Which bank?", type="choice", choices=["Northbank"]),
        Asked(label="Is it so?", type="yes_no"),
        Asked(label="Amount", type="money"),
        Asked(label="Story", type="text"),
    ]
    objected = [Objected(key=f"o{n}", says=f"Objection {n}", answers=["A long answer here"]) for n in range(9)]
    for key, persona in personas().items():
        script = script_for(key, reason="Cancel {my} card", asked=asked, objected=objected)
        assert "Cancel {my} card" in script.opens and "{reason}" not in script.opens
        assert len(script.objections) == persona.objections
        assert "Northbank." in play(script, ["Which bank is it?"]).replies[0].text
        assert persona.customer in play(script, ["What is your name?"]).replies[0].text
