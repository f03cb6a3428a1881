"""What simulated people say, and when they stop."""

from rapport.demo.talk import Said, Scene, next_step
from rapport.demo.topics import ARE_YOU_THERE, BY_KEY, CLOSINGS, FAREWELLS, THANKS

FEE = BY_KEY["fee"]


def scene(*said: Said, rep: bool = True, customer: bool = True) -> Scene:
    return Scene(
        key="a",
        topic=FEE,
        rep="Robin",
        rep_simulated=rep,
        customer_simulated=customer,
        answered_at=100.0,
        said=[Said("customer", FEE.opens[0], 90.0), *said],
    )


def test_two_simulated_people_talk_to_an_end() -> None:
    said: list[Said] = []
    while (step := next_step(scene(*said))) is not None and step.text:
        assert step.at > (said[-1].at if said else 100.0)
        said.append(Said(step.who, step.text, step.at))
        assert len(said) < 20
    assert step is not None
    assert step.who == "rep"
    assert said[-1].text in FAREWELLS
    words = [one.text for one in said]
    assert FEE.asks[0] in words[0]
    assert set(FEE.asks[1:]) | set(FEE.tells) < set(words)
    assert set(words) & set(CLOSINGS)


def test_the_rep_greets_by_name_after_the_answer() -> None:
    step = next_step(scene())
    assert step is not None
    assert step.who == "rep"
    assert "Robin" in step.text
    assert step.at > 100


def test_several_messages_in_a_row_are_one_turn() -> None:
    twice = scene(Said("rep", "Hello.", 110), Said("rep", "How can I help?", 112))
    step = next_step(twice)
    assert step is not None
    assert (step.who, step.text) == ("customer", FEE.tells[0])


def test_nobody_speaks_for_real_people() -> None:
    assert next_step(scene(rep=False, customer=False)) is None


def test_a_silent_rep_is_asked_and_then_left() -> None:
    asked = next_step(scene(rep=False))
    assert asked is not None
    assert (asked.who, asked.text) == ("customer", ARE_YOU_THERE)
    left = next_step(scene(Said("customer", ARE_YOU_THERE, asked.at), rep=False))
    assert left is not None
    assert (left.who, left.text) == ("customer", "")
    assert left.at > asked.at


def test_a_customer_who_has_thanked_leaves_a_rep_who_goes_on() -> None:
    step = next_step(
        scene(Said("rep", "…", 110), Said("customer", THANKS[0], 120), Said("rep", "…", 130), rep=False)
    )
    assert step is not None
    assert (step.who, step.text) == ("customer", "")


def test_a_real_customer_who_says_goodbye_is_let_go() -> None:
    said = [Said("rep", "…", 110), Said("customer", "yes", 120), Said("rep", "…", 130)]
    step = next_step(scene(*said, Said("customer", "thanks, bye", 140), customer=False))
    assert step is not None
    assert step.text in FAREWELLS
