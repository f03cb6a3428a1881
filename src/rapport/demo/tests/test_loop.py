"""What was monitored and coached in the demonstration: it is what the modules would have kept."""

from datetime import timedelta
from typing import Any

import soundfile
from django.apps import apps
from django.test import Client

from rapport.coaching import standing
from rapport.demo.monitored import EACH
from rapport.demo.people import SUPERVISOR
from rapport.kit import clock
from rapport.quality import calibrating, queries, scoring
from rapport.quality.facts import facts_about
from rapport.quality.recordings import sealed, store


def rows(label: str, **only: Any) -> Any:
    return apps.get_model(label).objects.filter(**only)


def in_(programme: Any) -> Any:
    """Return the evaluations that are handed in."""
    return rows("quality.Evaluation", programme=programme, submitted_at__isnull=False)


def test_scores_are_what_their_answers_amount_to(small: Any) -> None:
    kinds = {"analyst", "supervisor", "self", "peer", "second", "calibration"}
    scores = list(in_(small).select_related("version"))
    assert {one.kind for one in scores} == kinds
    for one in scores[:: max(1, len(scores) // 100)]:
        card, told = queries.card_of(one.version), queries.answers_of(one)
        answers = {key: scoring.Answer(answer.value, answer.comment) for key, answer in told.items()}
        found = scoring.outcome(card, answers)
        assert (found.permille, found.passed, bool(found.fatal)) == (one.score, one.passed, one.is_fatal)
        assert one.kind == "calibration" or one.strengths


def test_what_is_on_file_answers_as_it_would_for_anybody(small: Any) -> None:
    drawn = rows("quality.Evaluation", programme=small, kind="analyst").select_related("contact")
    seen = 0
    for one in drawn.order_by("-contact__arrived_at")[:30]:
        facts, told = facts_about(one.contact), queries.answers_of(one)
        for key in ("touch_points", "thanks"):
            fact = facts.get({"thanks": "thanked"}.get(key, key))
            assert told[key].evidence == (fact.evidence if fact else "")
            seen += fact is not None and told[key].value == fact.value
    assert seen > 5


def test_scores_come_after_their_draw_and_the_log_tells_each(small: Any) -> None:
    scores = in_(small).select_related("selection", "contact")
    assert not scores.filter(submitted_at__gt=clock.now()).exists()
    for one in scores.filter(selection__isnull=False):
        assert one.contact.closed_at < one.selection.made_at <= one.begun_at < one.submitted_at
    told = rows("events.Event", programme=small, name="evaluation.submitted").values_list("subject", flat=True)
    assert sorted(told) == sorted(scores.values_list("public_id", flat=True))
    draws = list(rows("quality.Draw", programme=small))
    assert sum(one.drawn for one in draws) == rows("quality.Selection", draw__in=draws).count()
    assert all(one.each == EACH for one in draws)


def test_one_question_is_agreed_on_by_nobody_and_one_opinion_is_asked_for(small: Any) -> None:
    [card] = rows("quality.Scorecard", programme=small)
    said = {one.question: one.says for one in calibrating.agreement(small, card)}
    assert said.pop("plain_words") == "nobody"
    assert "nobody" not in {said["listening"], said["reason"]}
    assert rows("quality.Calibration", programme=small, closed_at=None).count() == 1
    assert rows("quality.Appeal", programme=small).count() >= 1


def test_one_to_ones_go_on_for_half_a_year_and_nobody_is_in_two(small: Any) -> None:
    held = list(rows("coaching.OneToOne", programme=small).order_by("started_at", "planned_for"))
    states = {one.state for one in held}
    assert states == {"planned", "done", "missed"}
    mine = [one for one in held if one.rep.agent_id == "robin.reed"]
    tomorrow = clock.now().date() + timedelta(days=1)
    assert next(one.planned_for.date() for one in mine if one.state == "planned") == tomorrow
    assert "missed" in {one.state for one in mine} and len(mine) > 24
    for who in ("rep_id", "coach_id"):
        last: dict[int, Any] = {}
        for one in (each for each in held if each.started_at):
            before = last.get(getattr(one, who))
            assert before is None or before <= one.started_at
            last[getattr(one, who)] = one.ended_at
    for one in held:
        if one.selection_id and one.state == "done":
            scores = rows("quality.Evaluation", selection=one.selection_id)
            assert {each.kind for each in scores} == {"self", "supervisor"}
            assert all(each.submitted_at < one.started_at for each in scores)
    assert sum(one.selection_id is not None for one in held if one.state == "planned") == 2
    ended = rows("events.Event", programme=small, name="one_to_one.ended").count()
    assert ended == sum(one.state == "done" for one in held)
    mine_open = rows("coaching.AgreedAction", one_to_one__rep=mine[0].rep, outcome="open")
    assert mine_open.exists()
    open_ones = rows("coaching.AgreedAction", programme=small, outcome="open").count()
    assert 0 < open_ones < rows("coaching.AgreedAction", programme=small).count()


def test_calls_can_be_heard_with_silence_where_they_were_paused(small: Any, tmp_path: Any) -> None:
    recordings = list(rows("quality.Recording", programme=small).select_related("contact", "programme"))
    assert 5 < len(recordings) <= 20
    assert any(one.contact.rep.agent_id == "robin.reed" for one in recordings)
    one = recordings[0]
    held = sealed.held_of(one)
    file = tmp_path / "heard.flac"
    file.write_bytes(b"".join(store.read(held, 0, held.size)))
    sound, rate = soundfile.read(file, dtype="int16")
    lasted = (one.contact.ended_at - one.contact.answered_at).total_seconds()
    assert abs(len(sound) / rate - lasted) < 1 and sound.shape[1] == 2
    pause = one.pauses.get()
    assert pause.by_id == one.contact.rep_id
    assert not sound[pause.starts_ms * rate // 1000 : pause.ends_ms * rate // 1000].any()
    assert all(abs(sound[:, channel]).max() > 3_000 for channel in (0, 1))


def test_every_page_of_the_loop_has_something_to_say(small: Any) -> None:
    standing.count(programme=small)
    client = Client()
    client.force_login(rows("accounts.Member", programme=small).get(agent_id=SUPERVISOR).user)
    for path in ("quality/", "quality/figures/", "quality/calibrations/", "coaching/"):
        page = client.get(f"/at/{small.key}/{path}")
        assert page.status_code == 200, path
        assert "card" in page.content.decode() or path == "coaching/"
