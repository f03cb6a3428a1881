"""How long people have been here, who left over the years, and uncommon service that somebody read and settled."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts.queries import member_by_agent_id
from rapport.demo import bulk, clearance
from rapport.demo.names import agent_id, rep_name
from rapport.demo.people import SUPERVISOR
from rapport.kit import clock
from rapport.recognition.kudos import uncommon
from rapport.recognition.staff import actions as staff

if TYPE_CHECKING:
    from rapport.demo.people import Setting

LEFT, FIRST = 30, 400  # how many left, and the number of the first one's name
MONTH = timedelta(days=30)
LEAST = 7  # months that everybody who is here has been: as long as the demonstration tells of them
LONGEST = 60
SETTLED, TURNED_DOWN = 9, 4
WHY = (
    "Rang the branch herself, so that the customer need not.",
    "Noticed a second fee that nobody had asked about, and had it taken back too.",
    "Said plainly what we had done wrong, before anything else.",
    "Did it while they talked, and rang back to say that it had worked.",
)
WHY_NOT = "Kind and correct, as it should be; nothing beyond that."


def stay(setting: Setting, *, now: datetime, seed: int) -> None:
    """Have people begun over five years, and some of them left, more of them early than late."""
    chance = Random(f"{seed} stayed")
    since = {one.pk: now - MONTH * chance.uniform(LEAST, LONGEST) for one in (*setting.reps, *setting.coaches)}
    gone, ends = [], {}
    for number in range(FIRST, FIRST + LEFT):
        name = rep_name(number)
        one = accounts.ensure_member(programme=setting.programme, agent_id=agent_id(name), name=name)
        began = now - MONTH * chance.uniform(LEAST, LONGEST)
        since[one.pk] = began
        ends[one.pk] = began + (now - began) * min(chance.betavariate(1, 4) + 0.02, 0.98)
        gone.append(one)
    bulk.change("accounts.Member", "since", since)
    clearance.clear(setting.programme, gone, since=min(since.values()))
    for number, one in enumerate(gone):
        team = clearance.TEAMS[number % len(clearance.TEAMS)]
        with clock.at(ends[one.pk]):
            accounts.change_place(member=one, actor="demo", team=team, is_active=False)


def notice(setting: Setting, *, now: datetime) -> None:
    """Have a supervisor settle some of what rules find in the last two days, and two reps show a sign."""
    supervisor = member_by_agent_id(setting.programme, SUPERVISOR)
    if supervisor is None:
        return
    for back in (2, 1):
        with clock.at(now - timedelta(days=back)):
            found = [one for one in uncommon.proposed(supervisor) if _is_over(one)][: SETTLED // 2]
            for number, one in enumerate(found):
                is_it = number != TURNED_DOWN - 1
                uncommon.settle(
                    member=supervisor, contact=one.contact.public_id, confirmed=is_it,
                    why=WHY[(number + back) % len(WHY)] if is_it else WHY_NOT,
                )  # fmt: skip
    for rep, sign in ((setting.reps[0], "missed"), (setting.reps[5], "thanks")):
        staff.share(member=rep, sign=sign, reader=SUPERVISOR)


def _is_over(one: uncommon.Proposal) -> bool:
    return one.contact.closed_at is not None and one.contact.closed_at < clock.now()
