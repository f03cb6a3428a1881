"""What answers amount to: weights that add up, what does not apply, errors; over scorecards made at random."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rapport.quality.definition import ALL, Question, Scorecard, ScorecardInvalid, Section, read_scorecard
from rapport.quality.scoring import Answer, Incomplete, asked, lacking, outcome, permille
from rapport.quality.tests.cards import CARD

GOOD = {"greet": 1, "identity": 1, "listen": 5, "plain": 5, "touch": 1, "offer": 1, "thanks": 1}


def told(**changed: int | None) -> dict[str, Answer]:
    return {key: Answer(value, "seen") for key, value in {**GOOD, **changed}.items()}


def score(**changed: int | None) -> Fraction:
    return outcome(read_scorecard(CARD), told(**changed)).score


def test_all_well_is_everything_and_each_fault_costs_its_weight() -> None:
    assert score() == 1
    assert score(greet=0) == Fraction(90, 100)
    assert score(listen=3) == Fraction(90, 100)
    assert score(listen=1, plain=1) == Fraction(60, 100)


def test_the_weight_of_what_does_not_apply_goes_to_the_others() -> None:
    assert score(offer=None) == 1
    assert score(offer=None, greet=0) == Fraction(75, 85)


def test_a_question_is_asked_by_the_answer_to_another() -> None:
    card = read_scorecard(CARD)
    assert "why_not" not in [one.key for one in asked(card, told())]
    assert "why_not" in [one.key for one in asked(card, told(offer=0))]
    with pytest.raises(Incomplete, match="no answer"):
        outcome(card, told(offer=0))
    kept = outcome(card, {**told(), "why_not": Answer(0)})
    assert "why_not" not in kept.points


def test_a_fatal_error_does_what_the_scorecard_says() -> None:
    zero = read_scorecard(CARD)
    fails = zero.model_copy(update={"fatal": "fail"})
    assert outcome(zero, told(identity=0)).score == 0
    kept = outcome(fails, told(identity=0))
    assert (kept.score, kept.passed, kept.fatal) == (Fraction(80, 100), False, ("identity",))
    assert not outcome(fails.model_copy(update={"pass_at": 0}), told(identity=0)).passed


def test_a_critical_error_that_is_not_fatal_is_told_and_costs_its_weight_only() -> None:
    found = outcome(read_scorecard(CARD), told(listen=1))
    assert found.errors == {"customer": ("listen",)}
    assert (found.score, found.fatal, found.passed) == (Fraction(80, 100), (), True)


def test_below_the_best_answer_and_for_errors_words_are_needed() -> None:
    card = read_scorecard(CARD)
    silent = {key: Answer(value) for key, value in {**GOOD, "listen": 4, "greet": 0}.items()}
    assert set(lacking(card, silent)) == {"listen", "greet"}
    assert not lacking(card, {key: Answer(value) for key, value in GOOD.items()})


@pytest.mark.parametrize(
    ("comment", "critical", "silent"),
    [
        ("faults", "", {1}),
        ("faults", "customer", {1}),
        ("never", "", {0, 1}),
        ("never", "customer", {1}),
        ("always", "", set()),
        ("always", "customer", set()),
    ],
)
def test_words_are_needed_for_the_worst_answer_but_where_none_are_ever_asked_and_no_error_is_made(
    comment: str, critical: str, silent: set[int]
) -> None:
    change = f'weight = 20 # identity\ncomment = "{comment}"'
    card = read_scorecard(
        CARD.replace("weight = 20 # identity", change)
        .replace('critical = "compliance"', f'critical = "{critical}"', 1)
        .replace("fatal = true\n", "", 1)
    )
    for value in (0, 1):
        for words in ("", " \n"):
            wrong = lacking(card, {**told(), "identity": Answer(value, words)})
            assert wrong == ({} if value in silent else {"identity": "Say in a comment what you saw."})
        assert not lacking(card, {**told(), "identity": Answer(value, "seen")})


def test_a_score_just_as_high_as_asked_passes_and_the_least_below_does_not() -> None:
    card = read_scorecard(CARD)
    exactly = outcome(card, told(greet=0, touch=0, plain=4))
    assert (exactly.score, exactly.passed) == (Fraction(card.pass_at, 100), True)
    assert not outcome(card, told(greet=0, touch=0, plain=4, thanks=0)).passed


def test_there_are_no_other_answers() -> None:
    card = read_scorecard(CARD)
    assert set(lacking(card, told(greet=None, listen=6, plain=0, touch=2))) == {
        "greet",
        "listen",
        "plain",
        "touch",
    }


def test_thousandths_round_halves_up() -> None:
    assert [permille(Fraction(each, 2000)) for each in (0, 1, 2, 3, 1999, 2000)] == [0, 1, 1, 2, 1000, 1000]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("weight = 20 # identity", "weight = 19", "add up to 99: 1 too little"),
        ("weight = 20 # identity", "weight = 21", "add up to 101: 1 too much"),
        ('key = "plain"', 'key = "listen"', "two questions 'listen'"),
        ('critical = "compliance"', "", "critical for somebody"),
        ('question = "offer"', 'question = "later"', "no question before it"),
        ('answers = ["no"]', 'answers = ["maybe"]', "no answer 'maybe'"),
        ('fact = "touch_points"', 'fact = "touch_points"\nkind = "scale"', "no scale"),
        ('fatal = "zero"', "", "'fatal' is missing"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, words: str) -> None:
    assert old in CARD
    with pytest.raises(ScorecardInvalid) as told:
        read_scorecard(CARD.replace(old, new, 1))
    assert words in str(told.value)


@some.composite
def cards(make: some.DrawFn) -> Scorecard:
    count = make(some.integers(2, 8))
    cuts = sorted(make(some.lists(some.integers(1, ALL - 1), min_size=count - 1, max_size=count - 1)))
    weights = [after - before for before, after in zip([0, *cuts], [*cuts, ALL], strict=True)]
    questions = [
        Question(
            key=f"q{number}",
            text="What?",
            weight=weight,
            kind=make(some.sampled_from(["yes_no", "scale"])),
            most=make(some.integers(2, 10)),
            optional=make(some.booleans()),
            critical=make(some.sampled_from(["", "customer", "business", "compliance"])),
        )
        for number, weight in enumerate(weights)
    ]
    return Scorecard(name="Any", fatal="fail", sections=[Section(name="All", questions=questions)])


@some.composite
def scored(make: some.DrawFn) -> tuple[Scorecard, dict[str, Answer]]:
    card = make(cards())
    answers = {}
    for one in card.questions:
        values = [*dict(one.choices), None] if one.optional else [*dict(one.choices)]
        answers[one.key] = Answer(make(some.sampled_from(values)), "seen")
    return card, answers


@given(scored())
def test_a_score_is_a_share_and_a_better_answer_never_lowers_it(made: tuple[Scorecard, dict[str, Answer]]) -> None:
    card, answers = made
    before = outcome(card, answers).score
    assert 0 <= before <= 1
    for one in card.questions:
        value = answers[one.key].value
        if value is not None and value != one.best:
            better = outcome(card, {**answers, one.key: Answer(value + 1, "seen")}).score
            assert better >= before
            applicable = sum(q.weight for q in card.questions if answers[q.key].value is not None)
            assert better - before == (
                Fraction(one.weight, applicable * (one.best - one.worst)) if applicable else 0
            )


def test_a_score_is_not_rounded_up_into_passing() -> None:
    weights = {"a": 95, "b": 4, "c": 1}
    questions = [Question(key=key, text="What?", weight=each, optional=True) for key, each in weights.items()]
    card = Scorecard(name="Any", fatal="fail", pass_at=96, sections=[Section(name="All", questions=questions)])
    found = outcome(card, {"a": Answer(1), "b": Answer(0, "seen"), "c": Answer(None)})
    assert (found.score, found.permille, found.passed) == (Fraction(95, 99), 960, False)


@given(scored(), some.integers(0, 100))
def test_what_passes_is_said_by_the_exact_score(made: tuple[Scorecard, dict[str, Answer]], least: int) -> None:
    card, answers = made
    found = outcome(card.model_copy(update={"pass_at": least}), answers)
    assert found.passed == (found.score * 100 >= least)


@given(scored())
def test_all_best_is_one_and_all_worst_is_nothing(made: tuple[Scorecard, dict[str, Answer]]) -> None:
    card, answers = made
    applies = {one.key for one in card.questions if answers[one.key].value is not None}
    if not any(one.weight for one in card.questions if one.key in applies):
        return
    for end, share in (("best", 1), ("worst", 0)):
        every = {
            one.key: Answer(getattr(one, end) if one.key in applies else None, "seen") for one in card.questions
        }
        assert outcome(card, every).score == share


@given(scored())
def test_errors_are_the_worst_answers_to_critical_questions(made: tuple[Scorecard, dict[str, Answer]]) -> None:
    card, answers = made
    found = {key for keys in outcome(card, answers).errors.values() for key in keys}
    assert found == {one.key for one in card.questions if one.critical and answers[one.key].value == one.worst}
