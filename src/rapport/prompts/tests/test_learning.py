"""Reasons learnt from a programme's own chats: measured before use, put in use without a restart, and back."""

from itertools import count
from uuid import UUID, uuid4

import pytest

from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact, Disposition, Reason
from rapport.events.queries import history_of
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound
from rapport.kit.personal import GONE
from rapport.kit.walls import inside
from rapport.prompts import calibrated, knowing, learning, trained
from rapport.prompts.by_meaning import ByMeaning
from rapport.prompts.comparing import Judged, compare
from rapport.prompts.examples import Example
from rapport.prompts.models import ReasonModel

SAID = {
    "b1": ("my card was stolen", "somebody took my card", "I lost my card", "I cannot find my card any more"),
    "b2": ("what is the rate for euros", "the exchange rate was bad", "which rate do I get abroad"),
    "b3": ("the app does not let me in", "I forgot the password of the app", "my login fails in the app"),
}
WHEN = ("today", "this morning", "again", "on Monday", "since the weekend")
NUMBERS = count(1)


@pytest.fixture(scope="module")
def by() -> ByMeaning:
    return ByMeaning()


@pytest.fixture
def taught(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A programme whose reasons have names that tell nothing, with chats that reps wrapped up."""
    knowing.forget()
    monkeypatch.setattr(learning, "LEAST_MEASURED", 8)
    for key in SAID:
        contacts.ensure_reason(programme=world.programme, key=key, name=f"Ticket {key}")
    for key, texts in SAID.items():
        for text in texts:
            for when in WHEN:
                wrapped_up(world, key, f"{text} {when}")
    return world


def wrapped_up(
    world: World, reason: str, text: str, answer: str = "Hello", *, aside: bool | None = None
) -> Contact:
    number = next(NUMBERS)
    is_aside = number % learning.ASIDE == 0 if aside is None else aside
    made = Contact.objects.create(
        programme=world.programme,
        public_id=UUID(int=(number << 64) * learning.ASIDE + (0 if is_aside else 1)),
        channel="chat",
        state="closed",
        reason=Reason.objects.get(programme=world.programme, key=reason),
        disposition=Disposition.objects.get(programme=world.programme, key="other"),
        arrived_at=clock.now(),
        closed_at=clock.now(),
    )
    said = [("customer", text), ("rep", answer), ("customer", "and the weather is fine")]
    Message.objects.bulk_create(
        Message(
            programme=world.programme, contact=made, author=author, text=each, client_id=uuid4(), at=clock.now()
        )
        for author, each in said
    )
    return made


def test_a_model_that_is_better_beyond_chance_tells_reasons_at_once(taught: World, by: ByMeaning) -> None:
    asked = "somebody stole my card at the market"
    before = by.of_customer(asked, knowing.known_of(taught.programme))
    assert [one for one in before if one.shows == "reason"] == []
    model = learning.learn(taught.programme, by=by)
    assert model is not None and model.is_better
    assert trained.in_use(taught.programme).number == model.number == 1
    knowing.forget()  # as fifteen seconds do
    [found] = [one for one in by.of_customer(asked, knowing.known_of(taught.programme)) if one.shows == "reason"]
    assert found.about == "b1" and 0.5 <= found.sureness <= 1
    told = history_of(taught.programme, taught.programme.public_id)
    assert [one.data["is_taken"] for one in told if one.name == "reasons.learnt"] == [True]
    assert learning.learn(taught.programme, by=by) is not None, "it is held against what is in use now"
    assert trained.in_use(taught.programme).number == 1, "and is no better than itself"
    assert learning.learn(taught.programme, by=by) is None, "nothing new to learn from"


def test_what_is_measured_was_never_learnt(taught: World) -> None:
    lessons = learning.lessons_of(taught.programme)
    assert lessons.measured and lessons.are_enough
    assert not {one.contact for one in lessons.learnt} & {one.contact for one in lessons.measured}
    assert all(one.contact.int % learning.ASIDE for one in lessons.learnt)


def test_only_what_was_said_before_an_answer_is_a_lesson(taught: World) -> None:
    greeting = wrapped_up(taught, "b1", "Hi")
    erased = wrapped_up(taught, "b1", GONE)
    rare = wrapped_up(taught, "cancel", "please close my account for good", aside=False)
    lessons = learning.lessons_of(taught.programme)
    told = [*lessons.learnt, *lessons.measured]
    assert not {greeting.public_id, erased.public_id} & {one.contact for one in told}
    assert "weather" not in " ".join(one.text for one in told)
    assert rare.public_id not in {one.contact for one in lessons.learnt}, "too few of its reason"


def test_a_model_keeps_what_several_say_and_nobodys_own_words(taught: World) -> None:
    wrapped_up(taught, "b1", "my name is Zaphod Beeblebrox and my card was stolen", aside=False)
    lessons = learning.lessons_of(taught.programme).learnt
    assert any("Zaphod" in one.text for one in lessons)
    model = calibrated.train([Example(one.text, one.reason) for one in lessons])
    grams = model.reasons.grams.places
    assert "stolen" in grams
    assert [gram for gram in grams if "zaph" in gram or "beeble" in gram] == []
    again = calibrated.unpacked(model.packed())
    for text in ("my card is gone", "hmm", "what is the rate today"):
        one, other = model.tell(text), again.tell(text)
        assert (one is None) == (other is None)
        assert one is None or other is None or (one[0] == other[0] and abs(one[1] - other[1]) < 1e-3)
    assert model.tell("will it rain in Lisbon at night") is None


def test_what_is_held_is_not_replaced_and_one_can_go_back(taught: World, by: ByMeaning) -> None:
    programme = taught.programme
    trained.choose(programme=programme, number=0, is_held=True, actor="test")
    model = learning.learn(programme, by=by)
    assert model is not None and model.is_better
    assert trained.in_use(programme).number == 0
    trained.choose(programme=programme, number=model.number, is_held=False, actor="test")
    assert trained.in_use(programme).number == model.number
    trained.choose(programme=programme, number=0, is_held=False, actor="test")
    knowing.forget()
    assert knowing.known_of(programme).trained is None
    with pytest.raises(NotFound):
        trained.choose(programme=programme, number=77, is_held=False, actor="test")
    ReasonModel.objects.update(content=bytes(model.content or b"")[:-1] + b"x")
    trained.choose(programme=programme, number=model.number, is_held=False, actor="test")
    knowing.forget()
    assert knowing.known_of(programme).trained is None, "its weights were changed"
    trained.choose(programme=programme, number=0, is_held=False, actor="test")
    ReasonModel.objects.update(content=None)
    with pytest.raises(Conflict, match="not kept any more"):
        trained.choose(programme=programme, number=model.number, is_held=False, actor="test")
    with inside(taught.other.pk):
        assert not ReasonModel.objects.exists()


def judged(before: str | None, now: str | None, times: int) -> list[Judged]:
    return [Judged(str(uuid4()), "fee", before, now) for _ in range(times)]


@pytest.mark.parametrize(
    ("found", "is_better"),
    [
        (judged("fee", "fee", 90) + judged(None, "fee", 10), True),
        (judged("fee", "fee", 90) + judged(None, "fee", 6) + judged(None, "cancel", 4), False),
        (judged("cancel", None, 20) + judged("fee", "fee", 20), True),
        (judged("fee", "fee", 60), False),
    ],
)
def test_better_is_beyond_chance_and_a_wrong_prompt_is_worse_than_none(
    found: list[Judged], is_better: bool
) -> None:
    assert compare(found).is_better is is_better


def test_figures_say_what_is_taken_for_what() -> None:
    figures = compare(judged(None, "fee", 5) + judged(None, "cancel", 4) + judged(None, None, 3))
    assert (figures.now.right, figures.now.wrong, figures.now.silent, figures.now.n) == (5, 4, 3, 12)
    [one] = figures.confusions
    assert (one.reason, one.said, one.count, len(one.contacts)) == ("fee", "cancel", 4, 3)
