"""Half a year of weekly one-to-ones: planned first, for what is agreed in them shows in what is judged later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rapport.coaching import actions, events, rhythms
from rapport.coaching.queries import listed_for, to_pick_from
from rapport.coaching.rhythms import monday_of
from rapport.demo import bulk
from rapport.kit import clock
from rapport.quality import actions as quality

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.demo.judged import Judge
    from rapport.demo.people import Setting

WEEKS = 25  # nearly as long as the contacts go back
ALONE = 8  # weeks of scores before anybody is coached about a criterion, to hold what coaching changes against
MINUTES = 30
SLOTS = (time(9, 30), time(10, 15), time(11))
MISSED = 0.06
FORGOTTEN = 0.01  # to be ended
PICKED = 0.5  # of one-to-ones have a contact that both scored
AGREED = 0.3  # of one-to-ones end in something agreed
PLAYED = 0.12
GAIN, UNMOVED = 0.8, "greeting"
"""Log-odds by which an agreed criterion is met more often from then on, times how it was coached: talk alone does
nothing, and the greeting is a habit that nothing moves. Over all one-to-ones about others that is 0.35 standard
deviations (0.64 sqrt 3 / pi); over studies of coaching R. Jones, S. Woods and Y. Guillaume (2016) find 0.36."""
BETTER_BY = {"contact": 1.0, "side_by_side": 1.1, "role_play": 1.3, "talk": 0.0}
NOTES = (
    "Listened to the call together; the second half is how it should be.",
    "Tired after the late week. Swapped Friday’s shift.",
    "Wants to try the question about the journey on every card abroad.",
    "Went through last week’s two appeals; both understood.",
    "",
    "",
)
AGREEMENTS = {
    "greeting": "Begin with the name, theirs and mine, before the file is open",
    "listening": "Sum up in one sentence before the first answer",
    "reason": "Ask “what happened last?” before any offer",
    "what_helps": "Look at what the card is used for, then offer one thing",
    "plain_words": "Say it as to a neighbour; no word from the statement",
    "by_when": "Name a day each time, and put it on file as a promise",
}
PLAYS = (
    ("A customer of nine years whose bank waived the fee for newcomers only", ("fee-waived", "fee-against-use")),
    (
        "Another bank pays for joining, and the customer has the letter in hand",
        ("match-cashback", "what-a-move-costs"),
    ),
    ("The card has been in a drawer since the last journey", ("card-for-travel", "card-without-fee")),
)
WENT = ("The second try was shorter and asked more.", "Found own words for it by the third try.", "")


@dataclass(slots=True)
class Agreed:
    """What was agreed in a one-to-one about one question."""

    question: str
    target: int
    review_on: date


@dataclass(slots=True)
class Meeting:
    """A one-to-one that was held or missed: rep's number, times, and what came of it; ``selection`` once known."""

    rep: int
    coach: Member
    week: date
    planned_for: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    method: str = "talk"
    agreed: list[Agreed] = field(default_factory=list)
    is_picked: bool = False
    selection: int | None = None


@dataclass(slots=True)
class Plan:
    """All one-to-ones of the half year, and each rep's weekday and time."""

    setting: Setting
    now: datetime
    chance: Random
    rhythms: list[tuple[int, Member, int, time]] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    _gains: dict[int, list[tuple[datetime, str, float]]] = field(default_factory=dict)

    def gains(self, rep: int, at: datetime) -> dict[str, float]:
        """Return what a rep had learnt by then, by question, in log-odds."""
        return {key: gain for since, key, gain in self._gains.get(rep, ()) if since <= at}


def plan(setting: Setting, judge: Judge, *, now: datetime, seed: int) -> Plan:
    """Return the one-to-ones up to ``now``; the reps of each coach meet them one after the other."""
    made = Plan(setting, now, Random(f"{seed} coached"))
    zone = setting.programme.zone
    monday = monday_of(now.astimezone(zone).date())
    tomorrow = (now.astimezone(zone) + timedelta(days=1)).weekday() % 5
    for number in range(len(setting.reps)):
        coach, place = setting.coaches[number % len(setting.coaches)], number // len(setting.coaches)
        at = SLOTS[place // 5 % len(SLOTS)]
        made.rhythms.append((number, coach, 1 + (tomorrow + place) % 5, at))
    for week in (monday - timedelta(weeks=back) for back in range(WEEKS, -1, -1)):
        for number, coach, weekday, at in made.rhythms:
            when = datetime.combine(week + timedelta(days=weekday - 1), at, zone)
            if when + timedelta(hours=1) < now:
                made.meetings.append(_held(made, judge, Meeting(number, coach, week, when)))
    return made


def _held(made: Plan, judge: Judge, one: Meeting) -> Meeting:
    """Say what came of a one-to-one; the first rep missed one three weeks ago."""
    chance = made.chance
    weeks_ago = (made.now - one.planned_for).days // 7
    if chance.random() < MISSED or (one.rep == 0 and weeks_ago == 2):
        return one
    one.started_at = one.planned_for + timedelta(seconds=round(chance.uniform(-60, 240)))
    is_forgotten = chance.random() < FORGOTTEN
    lasted = MINUTES if is_forgotten else MINUTES * chance.uniform(0.65, 1.25)
    one.ended_at = one.started_at + timedelta(seconds=round(lasted * 60))
    one.ended_by = "limit" if is_forgotten else chance.choice(("coach", "coach", "coach", "rep"))
    one.is_picked = one.rep == 0 or chance.random() < PICKED
    one.method = "contact" if one.is_picked else chance.choice(("talk", "talk", "side_by_side", "role_play"))
    begins = ALONE + 1 + one.rep * 7 % (WEEKS - ALONE - 2)  # coaching about criteria: in another week with each
    since = WEEKS - begins
    is_shown = one.rep == 0 and weeks_ago < 2  # who signs in has something open
    if weeks_ago <= since and (is_shown or chance.random() < AGREED or weeks_ago == since):
        _agree(made, judge, one)
    return one


def _agree(made: Plan, judge: Judge, one: Meeting) -> None:
    assert one.ended_at is not None
    known = made._gains.setdefault(one.rep, [])
    weakest, learnt = judge.weakest(one.rep, 6), {key for _, key, _ in known}
    for key in ([each for each in weakest if each not in learnt] or weakest)[: made.chance.choice((1, 1, 1, 2))]:
        review = one.ended_at.date() + timedelta(days=made.chance.choice((14, 21, 28)))
        one.agreed.append(Agreed(key, made.chance.choice((75, 80, 85, 90)), review))
        if key not in learnt:
            known.append((one.ended_at, key, 0.0 if key == UNMOVED else GAIN * BETTER_BY[one.method]))


def write(made: Plan, form: str) -> None:
    """Put the one-to-ones on file, and plan those to come."""
    setting, programme, now = made.setting, made.setting.programme, made.now
    since = now - timedelta(weeks=WEEKS + 1)
    bulk.put(
        "coaching.Rhythm",
        (
            {
                "programme": programme, "rep": setting.reps[number], "coach": coach, "weekday": weekday, "at": at,
                "minutes": MINUTES, "changed_at": since,
            }
            for number, coach, weekday, at in made.rhythms
        ),
    )  # fmt: skip
    held = bulk.put("coaching.OneToOne", (_row(made, one) for one in made.meetings))
    both = list(zip(held, made.meetings, strict=True))
    agreed = bulk.put(
        "coaching.AgreedAction", (each for row, one in both for each in _actions(made, row, one, form))
    )
    plays = bulk.put("coaching.RolePlay", (each for row, one in both for each in _plays(made, row, one)))
    told = [each for row, one in both for each in _told(row, len(one.agreed))]
    told += [each for row in agreed for each in _told_of(row)]
    told += [(row.at, events.RolePlayKept(len(row.rebuttals)), *_by_coach(row.one_to_one)) for row in plays]
    bulk.tell(programme.pk, (one for one in told if one[0] <= now))
    rhythms.plan_ahead(programme=programme)
    rhythms.remind(programme=programme)


def pick_ahead(made: Plan, judge: Judge, form: str) -> None:
    """Have two reps pick a contact for their next one-to-one, and the first of them score it."""
    first, *_ = made.setting.coaches
    reps = {rep.pk: (number, rep) for number, rep in enumerate(made.setting.reps) if number}
    ahead = [one for one in listed_for(first).ahead if one.rep_id in reps]
    for place, one in enumerate(ahead[:2]):
        number, rep = reps[one.rep_id]
        for contact in to_pick_from(rep, limit=1):
            closed = contact.closed_at or made.now
            with clock.at(closed + (made.now - closed) / 2):
                begun = actions.pick(
                    member=rep, one_to_one=one.public_id, contact_id=contact.public_id, scorecard=form
                )
            if place == 0:
                found = judge.judge(number, "", {}, gains={}, lean=1.0)
                quality.submit(
                    member=rep, evaluation_id=begun.public_id, answers=found.answers, strengths=found.strengths
                )


def _row(made: Plan, one: Meeting) -> dict[str, Any]:
    return {
        "programme": made.setting.programme, "public_id": UUID(bulk.key(made.chance, one.planned_for.timestamp())),
        "rep": made.setting.reps[one.rep], "coach": one.coach, "week": one.week, "planned_for": one.planned_for,
        "minutes": MINUTES, "state": "done" if one.started_at else "missed",
        "reminded_at": one.planned_for - timedelta(hours=23), "started_at": one.started_at,
        "ended_at": one.ended_at, "ended_by": one.ended_by, "method": one.method, "selection_id": one.selection,
        "notes": made.chance.choice(NOTES) if one.started_at and one.ended_by != "limit" else "",
    }  # fmt: skip


def _actions(made: Plan, row: Any, one: Meeting, form: str) -> Iterator[dict[str, Any]]:
    for number, agreed in enumerate(one.agreed, start=1):
        assert one.ended_at is not None
        looked_at = one.ended_at + (agreed.review_on - one.ended_at.date())
        is_settled = looked_at + timedelta(days=1) < made.now
        outcome = made.chance.choice(("reached", "reached", "not_reached", "dropped")) if is_settled else "open"
        yield {
            "programme": row.programme, "public_id": UUID(bulk.key(made.chance, one.ended_at.timestamp())),
            "one_to_one": row, "number": number, "criterion": f"{form}/{agreed.question}",
            "what": AGREEMENTS[agreed.question], "target": agreed.target, "review_on": agreed.review_on,
            "agreed_at": one.ended_at - timedelta(minutes=2), "outcome": outcome,
            "settled_at": looked_at if is_settled else None, "settled_by": one.coach if is_settled else None,
        }  # fmt: skip


def _plays(made: Plan, row: Any, one: Meeting) -> Iterator[dict[str, Any]]:
    if one.started_at and (one.method == "role_play" or made.chance.random() < PLAYED):
        situation, rebuttals = made.chance.choice(PLAYS)
        yield {
            "programme": row.programme, "one_to_one": row, "at": one.started_at + timedelta(minutes=15),
            "situation": situation, "rebuttals": list(rebuttals), "went": made.chance.choice(WENT),
        }  # fmt: skip


def _told(row: Any, actions: int) -> Iterator[bulk.Told]:
    """Say what the log tells of a one-to-one."""
    pair = {"rep": row.rep.agent_id, "coach": row.coach.agent_id}
    planned = {**pair, "planned_for": row.planned_for.isoformat()}
    subject = str(row.public_id)
    first = events.OneToOnePlanned(**planned, minutes=row.minutes, by_rhythm=True)
    yield row.planned_for - timedelta(days=8), first, subject, "system"
    yield row.reminded_at, events.OneToOneReminded(**planned), subject, "system"
    if row.state == "missed":
        yield row.planned_for + timedelta(hours=15), events.OneToOneMissed(**pair), subject, "system"
        return
    yield row.started_at, events.OneToOneStarted(**pair), *_by_coach(row)
    by = {"limit": "system", "rep": f"member:{row.rep_id}", "coach": f"member:{row.coach_id}"}[row.ended_by]
    ended = events.OneToOneEnded(
        **pair, seconds=round(row.seconds), by=row.ended_by, method=row.method, actions=actions
    )
    yield row.ended_at, ended, subject, by


def _told_of(row: Any) -> Iterator[bulk.Told]:
    """Say what the log tells of something agreed."""
    rep, action = row.one_to_one.rep.agent_id, str(row.public_id)
    agreed = events.ActionAgreed(
        action=action, rep=rep, criterion=row.criterion, target=row.target, review_on=row.review_on.isoformat()
    )
    yield row.agreed_at, agreed, *_by_coach(row.one_to_one)
    if row.settled_at:
        yield row.settled_at, events.ActionSettled(action, rep, row.outcome), *_by_coach(row.one_to_one)


def _by_coach(row: Any) -> tuple[str, str]:
    return str(row.public_id), f"member:{row.coach_id}"
