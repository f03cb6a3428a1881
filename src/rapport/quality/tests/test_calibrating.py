"""Calibration: unseen until one's own score is in, and what it tells of questions and people."""

import pytest

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.kit.errors import Forbidden, Invalid
from rapport.quality import actions, calibrating
from rapport.quality.access import seen_by
from rapport.quality.models import Calibration, Evaluation, Scorecard
from rapport.quality.scoring import Answer
from rapport.quality.tests.cards import a_contact, a_scorecard, an_analyst
from rapport.quality.tests.test_evaluating import ANSWERS, BASE, client_of


def opened(world: World, card: Scorecard, *people: Member) -> Calibration:
    return calibrating.open_calibration(
        member=world.supervisor,
        contact_id=a_contact(world).public_id,
        scorecard=card.key,
        agent_ids=[one.agent_id for one in people],
    )


def give(member: Member, row: Calibration, **answers: int) -> Evaluation:
    mine = calibrating.begin(member=member, calibration_id=row.public_id)
    told = {**ANSWERS, **{key: Answer(value, "seen") for key, value in answers.items()}}
    return actions.submit(member=member, evaluation_id=mine.public_id, answers=told, strengths="")


def test_nobody_sees_others_scores_before_theirs_is_in(world: World) -> None:
    card, analyst = a_scorecard(world), an_analyst(world)
    third = an_analyst(world, "third")
    row = opened(world, card, world.supervisor, analyst)
    first = give(analyst, row, greet=0)
    page, theirs = f"{BASE}calibrations/{row.public_id}/", f"{BASE}evaluations/{first.public_id}/"
    supervisor = client_of(world.supervisor)
    assert "Side by side" not in supervisor.get(page).text
    assert supervisor.get(theirs).status_code == 404
    assert not seen_by(third).filter(pk=first.pk).exists()
    give(world.supervisor, row)
    assert "Side by side" in supervisor.get(page).text
    assert supervisor.get(theirs).status_code == 200
    assert not seen_by(third).filter(pk=first.pk).exists()
    assert supervisor.post(f"{page}close/").status_code == 302
    assert seen_by(third).filter(pk=first.pk).exists()
    assert not seen_by(world.rep).exists()


def test_who_may_not_score_is_not_asked_and_the_rep_neither(world: World) -> None:
    card, analyst = a_scorecard(world), an_analyst(world)
    with pytest.raises(Invalid, match="at least two"):
        opened(world, card, analyst, world.rep)
    row = opened(world, card, analyst, world.supervisor)
    with pytest.raises(Forbidden):
        calibrating.begin(member=an_analyst(world, "third"), calibration_id=row.public_id)
    with pytest.raises(Forbidden):
        calibrating.close(member=analyst, calibration_id=row.public_id)


def test_a_question_nobody_agrees_on_is_found_and_who_scores_lower(world: World) -> None:
    card, analyst = a_scorecard(world), an_analyst(world)
    for number in range(6):
        row = opened(world, card, world.supervisor, analyst)
        alike = {"thanks": number % 2, "listen": 2 + number % 3}
        give(analyst, row, **alike, plain=5 if number % 2 else 2, greet=1)
        give(world.supervisor, row, **alike, plain=2 if number % 2 else 5, greet=1)
        if number < 5:
            calibrating.close(member=world.supervisor, calibration_id=row.public_id)
        if number == 3:
            assert {one.says for one in calibrating.agreement(world.programme, card)} == {"few"}
    told = {one.question: one for one in calibrating.agreement(world.programme, card)}
    assert told["plain"].sessions == 5, "an open one is not counted"
    assert (told["plain"].says, told["thanks"].says, told["greet"].says) == ("nobody", "", "same")
    assert told["listen"].alpha.value == pytest.approx(1)
    above = {one.member.agent_id: one.mean for one in calibrating.biases(world.programme, card)}
    assert above["analyst"] == pytest.approx(-above["supervisor"])
    page = client_of(world.supervisor).get(f"{BASE}calibrations/").text
    assert "nobody agrees on it" in page
