"""Half a year of monitored contacts: drawn at random each week, picked for one-to-ones, scored by several people.

Draws and the scorecard go through quality's own actions; the some thousands of scores are copied in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection

from rapport.accounts import actions as accounts
from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right, Role
from rapport.coaching.rhythms import monday_of
from rapport.demo import bulk, coached, disputed, scored
from rapport.demo.clearance import TEAMS
from rapport.demo.judged import Judge
from rapport.demo.people import MANAGER
from rapport.demo.scored import FORM, Heard, Score
from rapport.kit import clock
from rapport.quality import events, scorecards, selecting
from rapport.quality.definition import scorecard_kept
from rapport.quality.facts import Fact, thanked, touch_points

if TYPE_CHECKING:
    from rapport.demo.coached import Plan
    from rapport.demo.people import Setting

FILE = Path(__file__).with_name("scorecard.toml")
EACH = 6
PASSED_OVER = 0.02
PEERS = 0.1  # of the contacts drawn of the peer's own team are scored by the peer too
BY_COACH = 0.15  # of contacts drawn
PICKED_LEAN, OWN_LEAN = 0.6, 0.5  # reps pick what went well, and score it higher
PICKS = """
SELECT DISTINCT ON (rep_id, week) rep_id, week, id FROM (
    SELECT id, public_id, rep_id, date_trunc('week', arrived_at AT TIME ZONE %(zone)s)::date AS week
    FROM contacts_contact WHERE programme_id = %(programme)s AND state = 'closed' AND arrived_at >= %(since)s
) AS closed ORDER BY rep_id, week, md5(public_id::text || %(seed)s)
"""
"""A contact of each rep and week, as if picked: any, by chance."""


@dataclass(slots=True)
class Monitored:
    """What the months are made of; ``numbers`` are the reps' by their key."""

    setting: Setting
    now: datetime
    chance: Random
    judge: Judge
    plan: Plan
    numbers: dict[int, int] = field(init=False)
    scores: list[Score] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = {rep.pk: number for number, rep in enumerate(self.setting.reps)}


def write(setting: Setting, talents: Sequence[float], *, now: datetime, seed: int) -> None:
    """Write the half year up to ``now``, with the one-to-ones that go with them."""
    programme, chance = setting.programme, Random(f"{seed} monitored")
    monday = monday_of(now.astimezone(programme.zone).date())
    since = datetime.combine(monday - timedelta(weeks=coached.WEEKS), time(8), programme.zone)
    rule, version = _stock(setting, since=since, seed=seed)
    judge = Judge(scorecard_kept(FILE.read_text()), talents, chance)
    made = Monitored(setting, now, chance, judge, coached.plan(setting, judge, now=now, seed=seed))
    for back in range(coached.WEEKS - 1, -1, -1):
        day = monday - timedelta(weeks=back)
        with clock.at(datetime.combine(day, time(0, 23), programme.zone)):
            selecting.draw_period(rule=rule, programme=programme, today=day)
    heard = _heard(made, _selections(made, origin="random"))
    _score_drawn(made, [one for one in heard if not _pass_over(made, one)])
    _score_picked(made, rule.scorecard, since=since, seed=seed)
    scored.write(setting, version, made.scores, now=now, chance=chance)
    coached.write(made.plan, FORM)
    bulk.analyze()
    coached.pick_ahead(made.plan, judge, FORM)
    recent = [one for one in heard if one.row.made_at > now - timedelta(days=30)]
    disputed.calibrate(setting, judge, recent, now=now, chance=chance)
    disputed.appeal(setting, judge, now=now)


def _stock(setting: Setting, *, since: datetime, seed: int) -> tuple[Any, int]:
    """Have the scorecard written and approved, and say how its contacts are drawn; return rule and version."""
    programme, writer = setting.programme, setting.analysts[0]
    manager = member_by_agent_id(programme, MANAGER)
    assert manager is not None
    actor, approver = f"member:{writer.pk}", f"member:{manager.pk}"
    with clock.at(since):
        accounts.change_place(member=setting.peer, actor="demo", team=TEAMS[0])
        accounts.adjust_role(
            programme=programme, role=Role.SENIOR_REP, right=Right.SCORE_CONTACTS, granted=True, actor="demo"
        )
        setting.peer.refresh_from_db()
        version = scorecards.save_draft(
            programme=programme, key=FORM, text=FILE.read_text(), instead_of=None, by=writer, actor=actor
        )
        row = version.scorecard
        scorecards.submit(row=row, number=1, by=writer, actor=actor)
        scorecards.approve(row=row, number=1, by=manager, actor=approver)
        scorecards.publish(row=row, number=1, actor=approver)
        rule = scorecards.set_rule(row=row, each=EACH, every="week", asks_self=False, by=manager, actor=approver)
    rule.key = sha256(f"{seed} sampling".encode()).hexdigest()  # so that the same seed draws the same contacts
    rule.save(update_fields=["key"])
    return rule, version.pk


def _selections(made: Monitored, **only: Any) -> list[Any]:
    rows = apps.get_model("quality.Selection").objects.select_related("contact__reason", "rep")
    return list(rows.filter(programme=made.setting.programme, **only).order_by("made_at", "contact__public_id"))


def _heard(made: Monitored, selections: Iterable[Any]) -> list[Heard]:
    """Return selections with what is on file about their contacts."""
    rows = [one for one in selections if one.rep_id in made.numbers]
    contacts = [one.contact_id for one in rows]
    progress = apps.get_model("guides.Progress").objects.filter(contact__in=contacts)
    messages = apps.get_model("chat.Message").objects.filter(contact__in=contacts, author="rep").order_by("pk")
    said: defaultdict[int, list[str]] = defaultdict(list)
    for contact, text in messages.values_list("contact_id", "text"):
        said[contact].append(text)
    told: defaultdict[int, dict[str, Fact | None]] = defaultdict(dict)
    for contact, covered, required in progress.values_list("contact_id", "covered", "required"):
        told[contact]["touch_points"] = touch_points(covered, required)
    for contact, texts in said.items():
        told[contact]["thanked"] = thanked(texts)
    return [
        Heard(one, made.numbers[one.rep_id], {key: fact for key, fact in told[one.contact_id].items() if fact})
        for one in rows
    ]


def _pass_over(made: Monitored, one: Heard) -> bool:
    """Pass over a contact in fifty: there was no conversation in it."""
    at = one.row.made_at + timedelta(hours=9)
    if made.chance.random() >= PASSED_OVER or at > made.now:
        return False
    by = made.chance.choice(made.setting.analysts)
    one.row.passed_over, one.row.passed_over_by = "no_talk", by
    one.row.save(update_fields=["passed_over", "passed_over_by"])
    told = events.SelectionPassedOver(str(one.row.contact.public_id), "random", "no_talk")
    bulk.tell(made.setting.programme.pk, [(at, told, str(one.row.public_id), f"member:{by.pk}")])
    return True


def _score_drawn(made: Monitored, heard: Sequence[Heard]) -> None:
    """Have what was drawn scored on the five days after its draw, mostly by analysts; the last ones still wait."""
    chance, setting = made.chance, made.setting
    leans = [chance.gauss(0, 0.15) for _ in setting.analysts]
    for one in heard:
        day = one.row.made_at.astimezone(setting.programme.zone) + timedelta(days=chance.randrange(5))
        at = day.replace(hour=8, minute=0) + timedelta(seconds=round(chance.uniform(0, 9 * 3600)))
        coach = setting.coaches[one.rep % len(setting.coaches)]
        analyst = chance.randrange(len(setting.analysts))
        by_coach = chance.random() < BY_COACH
        lean = 0.1 if by_coach else leans[analyst]
        _add(
            made,
            one,
            "supervisor" if by_coach else "analyst",
            coach if by_coach else setting.analysts[analyst],
            at,
            lean,
        )
        if one.rep % len(TEAMS) == 0 and chance.random() < PEERS:
            _add(made, one, "peer", setting.peer, at + timedelta(hours=3), 0.2)


def _add(
    made: Monitored, one: Heard, kind: str, scorer: Any, at: datetime, lean: float, shown: datetime | None = None
) -> None:
    if at < made.now:
        gains = made.plan.gains(one.rep, one.row.contact.arrived_at)
        judged = made.judge.judge(one.rep, one.reason, one.facts, gains=gains, lean=lean)
        made.scores.append(Score(one, kind, scorer, at, shown or at, judged))


def _score_picked(made: Monitored, scorecard: Any, *, since: datetime, seed: int) -> None:
    """Have a contact of the week before picked for each one-to-one that has one, and scored by both."""
    programme = made.setting.programme
    with connection.cursor() as cursor:
        cursor.execute(
            PICKS, {"programme": programme.pk, "zone": str(programme.zone), "since": since, "seed": str(seed)}
        )
        picks = {(rep, week): contact for rep, week, contact in cursor.fetchall()}
    rows, meetings = [], []
    for one in made.plan.meetings:
        rep = made.setting.reps[one.rep]
        contact = picks.get((rep.pk, one.week - timedelta(weeks=1)))
        if one.is_picked and contact is not None:
            rows.append(_selection(made, one.planned_for, scorecard, contact, rep))
            meetings.append(one)
    bulk.put("quality.Selection", rows)
    by_contact = {one.row.contact_id: one for one in _heard(made, _selections(made, origin="own"))}
    leans = [made.chance.gauss(OWN_LEAN, 0.4) for _ in made.setting.reps]
    for row, one in zip(rows, meetings, strict=True):
        heard = by_contact[row["contact_id"]]
        one.selection = heard.row.pk
        own, other = one.planned_for - timedelta(hours=20), one.planned_for - timedelta(hours=2)
        _add(made, heard, "self", made.setting.reps[one.rep], own, PICKED_LEAN + leans[one.rep], other)
        _add(made, heard, "supervisor", one.coach, other, PICKED_LEAN)


def _selection(made: Monitored, planned_for: datetime, scorecard: Any, contact: int, rep: Any) -> dict[str, Any]:
    return {
        "programme": made.setting.programme, "scorecard": scorecard, "contact_id": contact, "rep": rep,
        "origin": "own", "asks_self": True, "made_by": rep, "made_at": planned_for - timedelta(hours=21),
    }  # fmt: skip
