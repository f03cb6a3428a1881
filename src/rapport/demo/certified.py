"""Who is certified in the demonstration: most, some soon no more, two no more, one serves on the job."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from rapport.accounts.queries import member_by_agent_id
from rapport.demo import bulk
from rapport.demo.people import MANAGER
from rapport.kit import clock
from rapport.learning.certification import actions, kinds
from rapport.learning.certification.states import ends_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rapport.accounts.models import Member
    from rapport.demo.people import Setting
    from rapport.learning.certification.models import CertificateKindVersion

MONTHS, TRUSTED = 12, 0.35
KEEPING = f"""name = "Keeping customers"
covers = "skill"
skill = "retention"
refuses = true
freedom = 0
months = {MONTHS}
due_days = 30
overdue_days = 7
on_the_job_days = 14

[[levels]]
name = "Ready"
freedom = 4
contacts = 5
mean = 70
clearance = true

[[levels]]
name = "Trusted"
freedom = 5
contacts = 10
mean = 85
clearance = true
"""
PATH = """name = "Career: rep"
covers = "path"
months = 24

[[levels]]
name = "Rep"
certificates = { keeping = 1 }

[[levels]]
name = "Senior rep"
certificates = { keeping = 2 }
months_here = 12
contacts = 10
mean = 85
"""
DAYS_AGO = {0: 345, 2: 361, 4: 366, 6: 390}
"""By the rep's number: due, overdue, lapsed within a day, and lapsed some weeks ago."""
NONE, ON_THE_JOB = 8, 9


def certify(setting: Setting, *, now: datetime, seed: int) -> None:
    """Have two kinds of certificates, and who holds the first."""
    chance, coach = Random(f"{seed} certified"), setting.coaches[0]
    manager = member_by_agent_id(setting.programme, MANAGER)
    assert manager is not None
    with clock.at(now - timedelta(days=400)):
        keeping = _approved(setting, "keeping", KEEPING, coach, manager)
        path = _approved(setting, "career", PATH, coach, manager)
    bulk.put("certification.Certificate", _certificates(setting, keeping, coach, chance, now))
    for version in (keeping, path):
        kinds.publish(row=version.kind, number=1, actor=f"member:{manager.pk}")
    if len(setting.reps) > ON_THE_JOB:
        actions.begin_on_the_job(by=coach, rep=setting.reps[ON_THE_JOB].agent_id, kind="keeping")


def _certificates(
    setting: Setting, version: CertificateKindVersion, coach: Member, chance: Random, now: datetime
) -> Iterator[dict[str, Any]]:
    programme = setting.programme
    for number, rep in enumerate(setting.reps):
        if number in (NONE, ON_THE_JOB) or rep.pk == coach.pk:
            continue
        granted = now - timedelta(days=DAYS_AGO.get(number, chance.randint(20, 300)))
        until = ends_after(granted, MONTHS, programme.zone)
        level = 1 if number in DAYS_AGO else 1 + (chance.random() < TRUSTED)
        yield {
            "programme": programme,
            "kind": version.kind,
            "version": version,
            "member": rep,
            "level": level,
            "granted_at": granted,
            "granted_by": coach,
            "valid_until": until,
        }


def _approved(setting: Setting, key: str, text: str, writer: Member, approver: Member) -> CertificateKindVersion:
    actor = f"member:{writer.pk}"
    made = kinds.save_draft(
        programme=setting.programme, key=key, text=text, instead_of=None, by=writer, actor=actor
    )
    kinds.submit(row=made.kind, number=1, by=writer, actor=actor)
    kinds.approve(row=made.kind, number=1, by=approver, actor=f"member:{approver.pk}")
    return made
