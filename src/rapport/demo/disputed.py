"""What people of the demonstration do not judge alike: calibrations, and appeals. By quality's own actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps

from rapport.demo.scored import FORM
from rapport.kit import clock
from rapport.quality import actions, calibrating

if TYPE_CHECKING:
    from random import Random

    from rapport.demo.judged import Judge
    from rapport.demo.people import Setting
    from rapport.demo.scored import Heard

SESSIONS = 8  # calibrations, one a week; the last one is open
AT_ODDS = "plain_words"  # the question that nobody agrees on
DIFFER = ("listening", "reason", "what_helps", "by_when", "greeting")
APPEALS = (  # between how many days ago it was shown, the rep's words, and whether a second opinion is in
    (16, 8, "The customer was signed in, and the chat says so in its first line.", True),
    (5, 1, "I did say by when: “on Thursday”, in the last message but one.", False),
)


def calibrate(setting: Setting, judge: Judge, heard: Sequence[Heard], *, now: datetime, chance: Random) -> None:
    """Have analysts and supervisors score a contact a week, unseen; they agree on all but one question."""
    people = [*setting.analysts, *setting.coaches[:2]]
    leans = dict(zip((one.pk for one in people), (0.0, 0.5, -0.4, 0.1, 0.2), strict=True))
    for back, one in zip(range(SESSIONS - 1, -1, -1), chance.sample(list(heard), SESSIONS), strict=True):
        at = now - timedelta(days=7 * back + 1, hours=2)
        with clock.at(at):
            made = calibrating.open_calibration(
                member=people[0],
                contact_id=one.row.contact.public_id,
                scorecard=FORM,
                agent_ids=[each.agent_id for each in people],
            )
        truth = judge.judge(one.rep, one.reason, one.facts, gains=_apart(back))
        for place, member in enumerate(people if back else people[:2]):
            with clock.at(at + timedelta(hours=1, minutes=7 * place)):
                begun = calibrating.begin(member=member, calibration_id=made.public_id)
            with clock.at(at + timedelta(hours=1, minutes=7 * place + 6)):
                seen = judge.seen_by(truth, leans[member.pk], at_odds=AT_ODDS)
                actions.submit(member=member, evaluation_id=begun.public_id, answers=seen, strengths="")
        if back:
            with clock.at(at + timedelta(hours=2)):
                calibrating.close(member=people[0], calibration_id=made.public_id)


def _apart(number: int) -> dict[str, float]:
    """Return what makes the contacts of calibrations differ: by eight of them, each question goes well in four."""
    return {key: 3.0 if number >> place % 3 & 1 else -3.0 for place, key in enumerate(DIFFER)}


def appeal(setting: Setting, judge: Judge, *, now: datetime) -> None:
    """Have two reps, the one who signs in the last of them, ask for a second opinion; one is in."""
    second = setting.analysts[-1]
    evaluations: Any = apps.get_model("quality.Evaluation").objects.select_related("contact__reason")
    numbers = {rep.pk: number for number, rep in enumerate(setting.reps)}
    for (longest, shortest, words, is_settled), reps in zip(
        APPEALS, (setting.reps[1:], setting.reps[:1]), strict=True
    ):
        shown = (now - timedelta(days=longest), now - timedelta(days=shortest))
        rows = evaluations.filter(rep__in=reps, kind="analyst", shown_at__range=shown).exclude(scorer=second)
        one = rows.order_by("score", "pk").first()
        if one is None:
            continue
        number = numbers[one.rep_id]
        with clock.at(one.shown_at + timedelta(hours=20)):
            actions.appeal(member=setting.reps[number], evaluation_id=one.public_id, words=words)
        if is_settled:
            with clock.at(one.shown_at + timedelta(days=2)):
                begun = actions.begin_second(member=second, evaluation_id=one.public_id)
            with clock.at(one.shown_at + timedelta(days=2, minutes=9)):
                found = judge.judge(number, one.contact.reason.key, {}, gains={}, lean=1.0)
                actions.submit(
                    member=second, evaluation_id=begun.public_id, answers=found.answers, strengths=found.strengths
                )
