"""A version of the plan tried on a share of the contacts that come, beside the one in force.

Each customer is drawn once for a trial, by a keyed hash of their public id, so that all their contacts go by the
same plan and the draw can be made again at any later time. Who is not known is drawn by the address or number they
come from, or each contact by itself where that is withheld. The number of the plan drawn stays on the contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from rapport.contacts.queries import unit_of
from rapport.kit import clock
from rapport.kit.drawing import new_key, place_of
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns
from rapport.routing import presence
from rapport.routing.events import PlanTrialBegun, PlanTrialEnded
from rapport.routing.models import PlanTrial, PlanVersion
from rapport.routing.plan.apart import not_apart
from rapport.routing.plan.reading import read_plan
from rapport.routing.publishing import publish, require_seen, tell
from rapport.routing.versions import known_names, version_by_number, version_in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.routing.versions import Plans

LEAST_SHARE, MOST_SHARE = 0.01, 0.99
LONGEST = timedelta(days=184)
MOST_UNITS = 100_000_000
Result = PlanTrial.Result


def drawn_for(contact: Contact, plans: Plans) -> int | None:
    """Return the number of the plan that the contact is drawn for; None where none is tried now."""
    if not plans.tried:
        return None
    now = clock.now()
    trial = (
        PlanTrial.objects.select_related("control", "candidate")
        .filter(programme=contact.programme_id, ended_at__isnull=True, starts_at__lte=now, ends_at__gt=now)
        .first()
    )
    if trial is None:
        return None
    return (trial.candidate if draws(trial.key, unit_of(contact), trial.share) else trial.control).number


def draws(key: str, whose: str, share: float) -> bool:
    """Say whether the customer with this public id, or this address, is drawn for the candidate."""
    return place_of(key, whose) < share


@dataclass(frozen=True, slots=True)
class Terms:
    """What is settled before a trial begins: on which share, from when (None: now) until when, and by what figure.

    ``metric`` decides; ``least`` is the smallest difference in it that is worth having, in its unit;
    ``units_needed`` how many customers it takes to see that.
    """

    share: float
    ends_at: datetime
    metric: str
    least: float
    units_needed: int
    starts_at: datetime | None = None


@transaction.atomic
def begin(
    *,
    programme: Programme,
    number: int,
    instead_of: int | None,
    terms: Terms,
    by: Member | None = None,
    actor: str = "command",
) -> PlanTrial:
    """Try a draft on a share of the contacts that come.

    ``instead_of`` is the number of the plan in force which who begins it has seen. Conflict where another is tried
    or is to be published, or where the two differ in what cannot be tried apart.
    """
    take_turns(Turn.PLANS, programme.pk)
    candidate = version_by_number(programme, number)
    starts_at = _start(terms)
    require_seen(programme, instead_of)
    control = version_in_force(programme)
    if control is None:
        raise Conflict("Publish a plan first, so that there is one to try this beside.")
    _require_triable(control, candidate)
    last = PlanTrial.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    trial = PlanTrial(
        programme=programme,
        number=last + 1,
        control=control,
        candidate=candidate,
        share=terms.share,
        key=new_key(),
        metric=terms.metric,
        least=terms.least,
        units_needed=terms.units_needed,
        begun_by=by,
        starts_at=starts_at,
        ends_at=terms.ends_at,
    )
    _put_on_file(trial)
    tell(programme, _begun(trial), actor)
    return trial


def _start(terms: Terms) -> datetime:
    """Return when it starts; Invalid for terms that are none."""
    now = clock.now()
    if not LEAST_SHARE <= terms.share <= MOST_SHARE:
        raise Invalid("Try it on 1 to 99 % of contacts.")
    if not 0 < terms.least < float("inf") or terms.units_needed < 1:
        raise Invalid("Say which difference is worth having, more than nothing.")
    if terms.units_needed > MOST_UNITS:
        raise Invalid("To see so small a difference takes more customers than there are. Say a larger one.")
    if terms.starts_at is not None and terms.starts_at < now:
        raise Invalid("Let it begin in the future, or leave that empty to begin now.")
    starts_at = terms.starts_at or now
    if not starts_at < terms.ends_at <= now + LONGEST:
        raise Invalid(f"Let it end after it begins, within {LONGEST.days} days.")
    return starts_at


def _require_triable(control: PlanVersion, candidate: PlanVersion) -> None:
    """Raise Conflict where the candidate cannot be tried now, and PlanInvalid where it has faults."""
    programme = candidate.programme
    if candidate.state != "draft":
        raise Conflict(f"Version {candidate.number} is no draft. Put its text on file again, and try that.")
    planned = PlanVersion.objects.filter(programme=programme, starts_at__isnull=False, published_at__isnull=True)
    if found := planned.first():
        raise Conflict(f"Version {found.number} is to be published. Call it off first.")
    if faults := not_apart(read_plan(control.text), read_plan(candidate.text, known_names(programme))):
        raise Conflict("\n".join(["This cannot be tried on a share of contacts.", *faults]))


def _begun(trial: PlanTrial) -> PlanTrialBegun:
    return PlanTrialBegun(
        trial=trial.number,
        version=trial.candidate.number,
        beside=trial.control.number,
        share=trial.share,
        key=trial.key,
        starts_at=trial.starts_at.isoformat(),
        ends_at=trial.ends_at.isoformat(),
        metric=trial.metric,
        least=trial.least,
        units_needed=trial.units_needed,
    )


def _put_on_file(trial: PlanTrial) -> None:
    try:
        with transaction.atomic():
            trial.save(force_insert=True)
    except IntegrityError as error:
        if open_trial(trial.programme) is None:
            raise
        raise Conflict("Another version is being tried. End that trial first.") from error


@transaction.atomic
def end(
    *, programme: Programme, number: int, publishes: bool, by: Member | None = None, actor: str = "command"
) -> PlanTrial:
    """End a trial: the candidate comes into force for all, or the plan in force stays."""
    take_turns(Turn.PLANS, programme.pk)
    trial = trial_by_number(programme, number)
    result = Result.PUBLISHED if publishes else Result.KEPT
    if trial.ended_at is not None:
        if trial.result == result:
            return trial
        raise Conflict("This trial has ended already. Look at how, then publish the version you want.")
    _end(trial, result, by, actor)
    if publishes:
        publish(
            programme=programme,
            number=trial.candidate.number,
            instead_of=trial.control.number,
            note=trial.candidate.note or f"Tried on {trial.share:.0%} of contacts",
            by=by,
            actor=actor,
        )
    return trial


def due_to_end(programme: Programme) -> list[tuple[Programme, int]]:
    """Return the trial whose time is up, if there is one."""
    due = PlanTrial.objects.filter(programme=programme, ended_at__isnull=True, ends_at__lte=clock.now())
    return [(programme, number) for number in due.values_list("number", flat=True)]


@transaction.atomic
def end_due(due: tuple[Programme, int]) -> bool:
    """End a trial whose time is up; the plan in force stays. Says whether it was still open."""
    programme, number = due
    take_turns(Turn.PLANS, programme.pk)
    trial = trial_by_number(programme, number)
    if trial.ended_at is not None or trial.ends_at > clock.now():
        return False
    _end(trial, Result.TIME_UP, None, "system")
    return True


def _end(trial: PlanTrial, result: Result, by: Member | None, actor: str) -> None:
    trial.ended_at, trial.ended_by, trial.result = clock.now(), by, result
    trial.save(update_fields=["ended_at", "ended_by", "result"])
    told = PlanTrialEnded(trial=trial.number, version=trial.candidate.number, result=str(result))
    tell(trial.programme, told, actor)
    presence.wake_router(trial.programme_id)


def open_trial(programme: Programme) -> PlanTrial | None:
    """Return the trial that is on, or about to begin."""
    return _trials(programme).filter(ended_at__isnull=True).first()


def trials_of(programme: Programme, *, limit: int = 20) -> list[PlanTrial]:
    """Return the newest trials, the newest first."""
    return list(_trials(programme).order_by("-number")[:limit])


def trial_by_number(programme: Programme, number: int) -> PlanTrial:
    """Return one trial; NotFound where there is none."""
    found = _trials(programme).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no trial {number}.")
    return found


def _trials(programme: Programme) -> QuerySet[PlanTrial]:
    found = PlanTrial.objects.select_related(
        "programme", "begun_by__user", "ended_by__user", "control", "candidate"
    )
    return found.defer("control__text", "candidate__text").filter(programme=programme)
