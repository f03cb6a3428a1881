import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.prompts import recognise, seeds
from rapport.prompts.recognise import Promise, Recogniser, Said, TouchPoint


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser({**seeds.SIGNALS, **seeds.OBJECTIONS})


@pytest.mark.parametrize(
    ("said", "signal"),
    [
        ("I'd like to cancel my contract at the end of the year.", "leaving"),
        ("Hi. I have been offered a better rate by another bank!", "competitor"),
        ("I lost my job last month and I can't pay.", "distress"),
        ("This is totally unacceptable, let me talk to your manager", "complaint"),
        ("The yearly fee is much too high", "price"),
        ("I would have to think about that first", "not-now"),
    ],
)
def test_a_message_shows_what_it_is_like(recogniser: Recogniser, said: str, signal: str) -> None:
    assert signal in [each.name for each in recogniser.signals(said)]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "...",
        "yes please",
        "I need a table for four on Friday",
        "please cancel the transfer of yesterday",
        "🙂" * 3000,
    ],
)
def test_an_ordinary_message_shows_nothing(recogniser: Recogniser, said: str) -> None:
    assert recogniser.signals(said) == []


def test_a_signal_says_what_it_is_like_once_and_the_surest_first(recogniser: Recogniser) -> None:
    found = recogniser.signals(
        "I want to cancel my contract. Please close my account for good. It is too expensive."
    )
    names = [each.name for each in found]
    assert sorted(names) == sorted(set(names))
    assert found[0].like in seeds.LEAVING or found[0].like in seeds.OBJECTIONS["price"]
    assert [each.sureness for each in found] == sorted((each.sureness for each in found), reverse=True)


def test_without_examples_nothing_is_shown() -> None:
    assert Recogniser({}).signals("I want to leave") == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("I'll call you back by Friday.", [Promise("call you back by Friday", "by Friday")]),
        ("We will refund it within 3 days", [Promise("refund it within 3 days", "within 3 days")]),
        ("I will send you the form. Anything else?", [Promise("send you the form", "")]),
        ("I’ll personally post it tomorrow morning", [Promise("post it tomorrow morning", "tomorrow morning")]),
        ("I will look into it now", []),
        ("I will be happy to help", []),
        ("You will call us tomorrow", []),
    ],
)  # fmt: skip
def test_a_promise_is_heard_with_its_time(said: str, expected: list[Promise]) -> None:
    assert recognise.promises(said) == expected


def test_sensitive_data_is_seen_before_it_is_sent() -> None:
    assert recognise.sensitive("so your number is 4111 1111 1111 1111, and the cvv is 123") == (
        "a card number",
        "a security code",
    )
    assert recognise.sensitive("it arrives on the 12th, order 12345") == ()


RECORDED = TouchPoint(
    "recorded", "verbatim", "This call may be recorded for training, {customer.first_name}. Is that all right?"
)


@pytest.mark.parametrize(
    ("said", "covered"),
    [
        ("Hello! This call may be recorded for training, Ann Lee. Is that all right?", True),
        ("this CALL may be recorded\nfor training — Ann: is that all right", True),
        ("This call might be recorded for training, Ann. Is that all right?", False),
        ("This call may be recorded for training. Is that", False),
        ("This call may be recorded for training, Ann.", False),
    ],
)  # fmt: skip
def test_a_verbatim_touch_point_is_covered_word_for_word(said: str, covered: bool) -> None:
    assert recognise.touched(said, [RECORDED]) == ([Said("recorded", (), True)] if covered else [])


def test_a_guided_one_by_its_points_and_a_free_one_by_its_sense() -> None:
    guided = TouchPoint("reason", "guided", "", ("when the problem began", "whether it happens on every payment"))
    free = TouchPoint("thanks", "free", "Thank you for being our customer for so long")
    found = recognise.touched("May I ask when the problem began?", [guided, free])
    assert found == [Said("reason", (0,), False)]
    both = recognise.touched("When did the problem begin? Does it happen on every payment?", [guided])
    assert both == [Said("reason", (0, 1), True)]
    assert recognise.touched("Thanks a lot for having been our customer for so long!", [free]) == [
        Said("thanks", (), True)
    ]
    assert recognise.touched("My dog is ill", [guided, free]) == []
    assert recognise.touched("", [free]) == []


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    recognise.promises(text)
    recognise.sensitive(text)
    recognise.touched(text, [RECORDED])
