"""Tips: found with their evidence, told, counted a week later, retired; and that the count tells the truth."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.names import names_for
from rapport.accounts.roles import Role
from rapport.coaching.models import Effect as CoachingEffect
from rapport.conftest import World
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.numeric.staggered import staggered_effect
from rapport.quality.models import Answer, Draw, Evaluation, Origin, SamplingRule, Scorecard, Selection
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.recognition import actions, effect, findings, jobs, tips
from rapport.recognition.findings import Finding
from rapport.recognition.models import RallySeen, Tip

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
DAY = NOON.date()
TIPS = "/at/cards/rally/tips/"


def found(low: float = 0.02, *, ref: str = "greeting/name", known_on: date = DAY, **more: Any) -> Finding:
    told = {
        "source": Tip.Source.QUALITY, "measure": "resolution_by_customers", "text": "Greet by name",
        "evidence": "Seen in contacts.", "count": 120, "effect": low + 0.05, "high": low + 0.1,
    }  # fmt: skip
    return Finding(**{**told, "ref": ref, "known_on": known_on, "low": low, **more})


def gathered(world: World, monkeypatch: pytest.MonkeyPatch, *told: Finding, at: datetime = NOON) -> int:
    monkeypatch.setattr(findings, "of_quality", lambda _: iter(told))
    with clock.at(at):
        return tips.gather(programme=world.programme)


def test_a_finding_becomes_a_tip_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [gathered(world, monkeypatch, found()) for _ in range(2)] == [1, 0]
    tip = Tip.objects.get()
    assert (tip.source, tip.ref, tip.count, tip.low, tip.known_on) == ("quality", "greeting/name", 120, 0.02, DAY)
    assert Event.objects.filter(name="tip.found").count() == 1


@pytest.mark.parametrize("low", [-0.02, -0.3])
def test_what_is_not_shown_makes_no_tip(world: World, monkeypatch: pytest.MonkeyPatch, low: float) -> None:
    assert gathered(world, monkeypatch, found(low)) == 0 and not Tip.objects.exists()


@pytest.mark.parametrize(("low", "why"), [(-0.02, "faded"), (-0.3, "turned")])
def test_a_tip_retires_when_its_evidence_goes(
    world: World, monkeypatch: pytest.MonkeyPatch, low: float, why: str
) -> None:
    gathered(world, monkeypatch, found())
    assert [gathered(world, monkeypatch, found(low)) for _ in range(2)] == [1, 0]
    assert Tip.objects.get().retired_why == why
    comes_back = gathered(world, monkeypatch, found())
    assert comes_back == (1 if why == "faded" else 0)


def test_stale_evidence_retires_and_what_people_took_back_stays_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered(world, monkeypatch, found(), found(ref="greeting/thanks"))
    mine = Tip.objects.get(ref="greeting/thanks")
    with clock.at(NOON):
        tips.take_back(member=world.supervisor, tip=mine.public_id)
        with pytest.raises(Conflict):
            tips.take_back(member=world.supervisor, tip=mine.public_id)
    assert gathered(world, monkeypatch, found(ref="greeting/thanks")) == 0
    assert gathered(world, monkeypatch, at=NOON + timedelta(days=90)) == 0
    assert gathered(world, monkeypatch, at=NOON + timedelta(days=91)) == 1
    assert {one.ref: one.retired_why for one in Tip.objects.all()} == {
        "greeting/name": "stale",
        "greeting/thanks": "by_hand",
    }
    assert gathered(world, monkeypatch, found(known_on=DAY), at=NOON + timedelta(days=91)) == 0


def test_the_surest_tip_is_told_first_and_then_rests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered(world, monkeypatch, found(0.02), found(0.04, ref="greeting/thanks", text="Say thanks"))
    with clock.at(NOON):
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
        assert (note.tip, note.told.ref) == ("Say thanks", "greeting/thanks")
        actions.publish(member=world.supervisor, day=DAY)
    assert Tip.objects.get(ref="greeting/thanks").told_on == DAY
    with clock.at(NOON + timedelta(days=1)):
        assert (
            actions.draft(programme=world.programme, day=DAY + timedelta(days=1), actor="test").tip
            == "Greet by name"
        )
    with clock.at(NOON + timedelta(days=40)):
        assert tips.next_to_tell(world.programme, DAY + timedelta(days=40)).ref == "greeting/thanks"


def test_words_of_ones_own_become_a_tip_when_they_are_published(world: World) -> None:
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
        actions.edit(member=world.supervisor, day=DAY, words={"tip": "Ask why first."})
        assert not Tip.objects.exists()
        actions.publish(member=world.supervisor, day=DAY)
        actions.publish(member=world.supervisor, day=DAY)
    tip = Tip.objects.get()
    assert (tip.source, tip.text, tip.made_by, tip.effect, tip.told_on) == (
        "hand", "Ask why first.", world.supervisor, None, DAY
    )  # fmt: skip


def test_words_of_ones_own_are_not_told_again_by_themselves(world: World) -> None:
    with clock.at(NOON):
        tip = tips.write(member=world.supervisor, text="Ask why first.")
        assert tips.next_to_tell(world.programme, DAY) == tip
        tips.tell(tip, DAY)
        assert tips.next_to_tell(world.programme, DAY + timedelta(days=60)) is None


def test_a_tip_that_is_changed_is_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered(world, monkeypatch, found())
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
        actions.edit(member=world.supervisor, day=DAY, words={"tip": "Greet by name, twice"})
        note = actions.publish(member=world.supervisor, day=DAY)
    assert note.told.source == "hand" and Tip.objects.get(source="quality").told_on is None


def reps_at_work(world: World, monkeypatch: pytest.MonkeyPatch, gain: float, *, readers: int, others: int) -> Tip:
    """Reps with a resolution a day, of whom some read a letter of DAY; reading moves their days by ``gain``."""
    with clock.at(NOON):
        tip = tips.write(member=world.supervisor, text="Ask why first.")
        actions.draft(programme=world.programme, day=DAY, actor="test")
        actions.choose_tip(member=world.supervisor, day=DAY, tip=tip.public_id)
        note = actions.publish(member=world.supervisor, day=DAY)
        for number in range(readers):
            rep = accounts.ensure_member(
                programme=world.programme, agent_id=f"reader{number}", name=f"R{number}", role=Role.REP,
                username=f"reader{number}",
            )  # fmt: skip
            RallySeen.objects.create(programme=world.programme, note=note, member=rep, seen_at=NOON)
    chance = np.random.default_rng(3)

    class Figure:
        def __init__(self, value: float) -> None:
            self.value = value

    class Row(dict[str, Figure]):
        def __init__(self, rep: str, day: date) -> None:
            moved = gain if rep.startswith("reader") and day >= DAY else 0.0
            super().__init__(resolution_by_customers=Figure(0.7 + moved + 0.05 * chance.normal()))
            self.group = {"rep": rep, "day": day}

    def counted(_: object, keys: object, start: date, end: date, by: object) -> list[Row]:
        names = [*(f"reader{n}" for n in range(readers)), *(f"other{n}" for n in range(others))]
        return [Row(rep, start + timedelta(days=n)) for rep in names for n in range((end - start).days + 1)]

    monkeypatch.setattr(effect, "metrics", counted)
    tip.refresh_from_db()
    return tip


@pytest.mark.parametrize(
    ("gain", "readers", "others", "says"),
    [
        (0.1, 12, 8, "better"),
        (-0.1, 12, 8, "worse"),
        (0.0, 12, 8, "none"),
        (0.2, 3, 8, "few"),
        (0.2, 12, 1, "few"),
    ],
)
def test_what_became_of_a_tip_is_counted_once_a_week_later(
    world: World, monkeypatch: pytest.MonkeyPatch, gain: float, readers: int, others: int, says: str
) -> None:
    tip = reps_at_work(world, monkeypatch, gain, readers=readers, others=others)
    with clock.at(NOON + timedelta(days=7)):
        assert effect.count_due(programme=world.programme) == 0
    with clock.at(NOON + timedelta(days=8)):
        assert [effect.count_due(programme=world.programme) for _ in range(2)] == [1, 0]
        assert not effect._count(world.programme, tip.pk)  # as another worker would that looked at the same time
    tip.refresh_from_db()
    assert effect.says(tip) == says
    assert Event.objects.get(name="tip.counted").data["says"] == says
    if says in ("better", "worse"):
        assert tip.change == pytest.approx(gain, abs=0.03) and tip.change_low < gain < tip.change_high


def test_a_later_letter_says_once_what_became(
    world: World, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    reps_at_work(world, monkeypatch, -0.1, readers=12, others=8)
    later = NOON + timedelta(days=9)
    with clock.at(later - timedelta(hours=9)):
        jobs.keep_tips(0)
    assert Tip.objects.get().retired_why == "turned"
    with clock.at(later):
        for back in (1, 0):
            note = actions.draft(programme=world.programme, day=later.date() - timedelta(days=back), actor="test")
            assert (note.looks_back is not None) == bool(back)
        actions.edit(member=world.supervisor, day=later.date() - timedelta(days=1), words={"our_news": "x"})
        actions.publish(member=world.supervisor, day=later.date() - timedelta(days=1))
        client.force_login(world.rep.user)
        page = client.get(f"/at/cards/rally/{later.date() - timedelta(days=1)}/").content.decode()
    assert "What became of a tip" in page and "It did harm: −" in page and "12 who had read it" in page


def test_the_page_shows_what_speaks_for_each(
    world: World, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    gathered(world, monkeypatch, found(), at=NOON - timedelta(days=3))
    Tip.objects.update(known_on=DAY - timedelta(days=3))
    client.force_login(world.supervisor.user)
    with clock.at(NOON):
        assert "+7.0 points (+2.0 to +12.0)" in client.get(TIPS).content.decode().replace("<!-- -->", "")
        long = client.post(f"{TIPS}write/", {"text": "x" * 501, "measure": "satisfaction"})
        assert long.status_code == 422 and "x" * 501 in long.content.decode()
        for bad in (
            {},
            {"text": " \x00 ", "measure": "satisfaction"},
            {"text": "Do", "measure": "contacts_answered"},
        ):
            assert client.post(f"{TIPS}write/", bad).status_code == 422
        sent = {"text": "<b>Ask</b> why", "measure": "satisfaction"}
        assert client.post(f"{TIPS}write/", sent).status_code == 302
        assert client.post(f"{TIPS}write/", sent).status_code == 409
        page = client.get(TIPS).content.decode()
        assert "&lt;b&gt;Ask" in page and "in 120 contacts, known 3 days ago" in page
        tip = Tip.objects.get(source="hand")
        assert client.post(f"{TIPS}{tip.public_id}/retire/").status_code == 302
        assert client.post(f"{TIPS}{tip.public_id}/retire/").status_code == 409
    assert Tip.objects.filter(source="hand").count() == 1


def test_who_may_not_touch_tips(world: World, client: Client) -> None:
    tip = tips.write(member=world.supervisor, text="Ask why")
    posts = (f"{TIPS}write/", f"{TIPS}{tip.public_id}/retire/", f"/at/cards/rally/{DAY}/tip/")
    for user, answer in ((world.rep.user, 403), (world.outsider.user, 404)):
        client.force_login(user)
        assert [client.post(one, {"text": "x"}).status_code for one in posts] == [answer] * 3
    assert client.get(TIPS).status_code == 404
    client.force_login(world.rep.user)
    assert "Ask why" in client.get(TIPS).content.decode() and "Write one" not in client.get(TIPS).content.decode()
    assert Tip.objects.get().retired_at is None


def test_a_draft_tells_a_tip_that_is_chosen(world: World, client: Client) -> None:
    client.force_login(world.supervisor.user)
    with clock.at(NOON):
        tip, old = (tips.write(member=world.supervisor, text=words) for words in ("Ask why", "Old words"))
        tips.take_back(member=world.supervisor, tip=old.public_id)
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
        address = f"/at/cards/rally/{DAY}/tip/"
        assert client.post(address, {"tip": "nothing"}).status_code == 422
        assert client.post(address, {"tip": str(note.programme.public_id)}).status_code == 404
        assert client.post(address, {"tip": str(old.public_id)}).status_code == 409
        assert client.post(address, {"tip": str(tip.public_id)}).status_code == 302
        note.refresh_from_db()
        assert (note.told, note.tip) == (tip, "Ask why")
        actions.publish(member=world.supervisor, day=DAY)
        assert client.post(address, {"tip": str(tip.public_id)}).status_code == 409


def test_the_database_refuses_tips_that_cannot_be(world: World) -> None:
    tip = tips.write(member=world.supervisor, text="Ask why")
    for bad in (
        {"effect": 0.1},
        {"effect": 0.1, "low": 0.2, "high": 0.3, "count": 5},
        {"change": 0.1, "change_low": 0.0, "change_high": 0.2},
        {"retired_why": "stale"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tip.objects.filter(pk=tip.pk).update(**bad)


def test_a_tip_is_shown_with_the_sign_its_measure_has(world: World) -> None:
    tip = tips.write(member=world.supervisor, text="Ask why", measure="satisfaction")
    tip.change, tip.change_low, tip.change_high, tip.counted_at = 0.2, 0.1, 0.3, clock.now()
    assert tips.told_of(tip, names_for(world.rep)).became.startswith("It worked: +0.20 (+0.10 to +0.30)")
    tip.is_unsure = True
    assert tips.told_of(tip, names_for(world.rep)).says == "unsure"
    with pytest.raises(Invalid):
        tips.write(member=world.supervisor, text="Ask", measure="average_handle_time")


def scored(world: World, card: Scorecard, *, met: bool, resolved: bool, origin: Origin = Origin.RANDOM) -> None:
    contact = a_contact(world, at=NOON - timedelta(days=5))
    rule, _ = SamplingRule.objects.get_or_create(
        programme=world.programme, scorecard=card, defaults={"each": 1, "changed_at": NOON}
    )
    draw, _ = Draw.objects.get_or_create(
        programme=world.programme, rule=rule, starts_on=DAY, ends_before=DAY, each=1, reps=1, contacts=9, drawn=9,
        defaults={"at": NOON},
    )  # fmt: skip
    picked = Selection.objects.create(
        programme=world.programme, scorecard=card, contact=contact, rep=world.rep, origin=origin, made_at=NOON,
        draw=draw if origin == Origin.RANDOM else None,
    )  # fmt: skip
    row = Evaluation.objects.create(
        programme=world.programme, contact=contact, rep=world.rep, selection=picked, scorer=world.supervisor,
        version=card.versions.get(), kind="supervisor", begun_at=NOON,
    )  # fmt: skip
    Answer.objects.create(
        programme=world.programme, evaluation=row, at=NOON, question="greet", value=met, points=1000 * met
    )
    Evaluation.objects.filter(pk=row.pk).update(submitted_at=NOON, score=800, passed=True)
    Survey.objects.create(
        programme=world.programme, contact=contact, invited_at=NOON, rating=4, resolved=resolved, answered_at=NOON
    )


def test_what_goes_along_with_resolved_contacts_makes_a_tip_from_the_facts(world: World) -> None:
    with clock.at(NOON - timedelta(days=10)):
        card = a_scorecard(world)
    with clock.at(NOON):
        for number in range(16):
            scored(world, card, met=True, resolved=number > 0)
            scored(world, card, met=False, resolved=number > 11)
        scored(world, card, met=False, resolved=True, origin=Origin.HAND)
        assert tips.gather(programme=world.programme) == 1
        tip = Tip.objects.get()
        assert (tip.source, tip.ref, tip.count) == ("quality", "service/greet", 32)
        assert tip.text == "So that the answer is yes: Did they greet the customer?"
        assert tip.effect == pytest.approx(15 / 16 - 4 / 16) and 0 < tip.low < tip.effect < tip.high
        assert "94\u202f% of 16 that did, 25\u202f% of 16 others" in tip.evidence
    with clock.at(NOON + timedelta(days=100)):
        assert [*findings.of_quality(world.programme)] == []


def test_many_questions_looked_at_together_have_wider_intervals(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(key, met, 40, 30 if met else 20) for key in ("x/a", "x/b") for met in (True, False)]
    monkeypatch.setattr(findings, "_met", lambda *_: rows)
    widths = []
    for many in (1, 2):
        monkeypatch.setattr(findings, "criteria_of", lambda _, n=many: [("x/a", "A"), ("x/b", "B")][:n])
        told = list(findings.of_quality(world.programme))
        assert len(told) == many
        widths.append(told[0].high - told[0].low)
    assert widths[1] > widths[0]


def test_reading_counts_from_the_first_letter_that_told_the_tip(world: World) -> None:
    for later in (0, 1):
        day = NOON + timedelta(days=later)
        with clock.at(day):
            actions.draft(programme=world.programme, day=day.date(), actor="test")
            actions.edit(member=world.supervisor, day=day.date(), words={"tip": "Ask why first."})
            actions.publish(member=world.supervisor, day=day.date())
            actions.see(member=world.rep, day=day.date())
    assert effect.first_read(Tip.objects.get()) == {"rep": DAY}


def test_what_coaching_raised_makes_a_tip_until_it_is_no_longer_found(world: World) -> None:
    made = CoachingEffect.objects.create(
        programme=world.programme, measure="satisfaction", since=DAY, until=DAY, counted_at=NOON, coached=9,
        treated=8, controls=7, hours=12.0, confidence=0.95, value=0.3, low=0.1, high=0.5,
        ahead=0.0, ahead_low=-0.1, ahead_high=0.1,
    )  # fmt: skip
    with clock.at(NOON):
        assert [tips.gather(programme=world.programme) for _ in range(2)] == [1, 0]
        told = tips.told_of(Tip.objects.get(), names_for(world.rep))
        assert (told.source, told.tip.measure, told.unit) == ("What coaching changed", "satisfaction", "reps")
        assert told.effect == "+0.30 (+0.10 to +0.50)" and told.text.startswith("Worth your next one-to-one: ")
        CoachingEffect.objects.filter(pk=made.pk).update(low=-0.1)
        assert tips.gather(programme=world.programme) == 1
    assert Tip.objects.get().retired_why == "faded"


def floor_of_readers(chance: np.random.Generator, gain: float) -> tuple[np.ndarray, np.ndarray]:
    """Sixty reps over nine weeks as effect.of_reading sees them: a few answers a day, on five days in seven.

    Who works on the day of the letter reads it then, some read it when they come next, the rest never.
    """
    days, told, reps = 2 * effect.BEFORE + effect.AFTER, 2 * effect.BEFORE, 60
    off = (np.arange(days)[None, :] + chance.integers(0, 7, size=reps)[:, None]) % 7 >= 5
    reads_late = chance.random(reps) < 0.3
    first = np.where(~off[:, told], told, -1)
    comes = told + 1 + np.argmax(~off[:, told + 1 :], axis=1)
    first = np.where(off[:, told] & reads_late, comes, first)
    talent = 0.75 + 0.06 * chance.normal(size=(reps, 1)) + 0.02 * chance.normal(size=days)
    on = (first[:, None] >= 0) & (np.arange(days) >= first[:, None])
    answers = chance.poisson(5, size=(reps, days))
    hits = chance.binomial(answers, np.clip(talent + gain * on, 0, 1))
    with np.errstate(invalid="ignore"):
        return np.where(off | (answers == 0), np.nan, hits / answers), first


@pytest.mark.parametrize("gain", [0.0, 0.06])
def test_the_count_tells_the_truth(gain: float) -> None:
    """Nothing is found in 95 of 100 floors where nothing is, and the interval holds what there is."""
    chance = np.random.default_rng(17)
    runs = 120
    told = [
        staggered_effect(*floor_of_readers(chance, gain), before=effect.BEFORE, after=effect.AFTER).overall
        for _ in range(runs)
    ]
    held = np.mean([one.low <= gain <= one.high for one in told])
    assert held >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean([one.value for one in told]) == pytest.approx(gain, abs=0.01)
