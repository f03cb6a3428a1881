"""The line as a supervisor sees it: each waiting contact in order, and why it still waits. One reading for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing.explain import lacks
from rapport.routing.floor_state import Frame, as_waiting, frame_of, is_ours, signed_in, skills_of_all
from rapport.routing.head_start import effective_places
from rapport.routing.models import Doing, Offer, Presence
from rapport.routing.policy import ANYONE, Need, Rep, Step, Waiting
from rapport.routing.preferred import WORDS, preferred_in
from rapport.routing.presence import on_floor
from rapport.routing.queries import open_offers_in
from rapport.routing.routes import capacity_of
from rapport.routing.still import ANY, Fitting, Kept, Near, Still
from rapport.routing.terms import Condition

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

TOLD_REPS = 20
TOLD_NEAR = 2
RECENTLY = timedelta(hours=4)
KEPT_SECONDS = 60
LATEST = datetime.max.replace(tzinfo=UTC)
SOONEST = ("free", "reserved", "wrap_up", "on_contact", "full", "above_ceiling", "not_responding")

Fits = frozenset[int]


@dataclass(frozen=True, slots=True)
class LineNow:
    """Who waits, in the order of the line, and why, for those who were asked for."""

    waiting: list[Contact]
    why: dict[int, Still]


def line_now(
    programme: Programme,
    *,
    most: int | None = None,
    only: Contact | None = None,
    here: Sequence[Presence] | None = None,
) -> LineNow:
    """Return the line, with the reasons of the first ``most``, or of one contact alone; a few queries in all.

    ``here``: who is on the floor, where the caller has read it.
    """
    waiting = contacts.waiting_in(programme)
    if only is not None and all(one.pk != only.pk for one in waiting):
        return LineNow(waiting, {})
    if not waiting:
        return LineNow([], {})
    frame = frame_of(programme)
    places = effective_places(programme, frame.plans, waiting)
    waiting.sort(key=lambda one: (places[one.pk], one.pk))
    told = [one for one in waiting[:most] if only is None or one.pk == only.pk]
    if not told:
        return LineNow(waiting, {})
    here = on_floor(programme) if here is None else here
    return LineNow(waiting, _Reading(programme, frame, waiting, {one.pk for one in told}, here).why())


def why_waiting(contact: Contact) -> Still | None:
    """Return why a contact still waits; None where it does not wait."""
    return line_now(contact.programme, only=contact).why.get(contact.pk) if contact.state == "waiting" else None


def usual_handle_seconds(programme: Programme) -> float | None:
    """Return the mean handle time of the past hours, looked up once a minute."""
    return cache.get_or_set(
        f"routing:usual:{programme.pk}",
        lambda: contacts.mean_handle_seconds(programme, since=clock.now() - RECENTLY),
        KEPT_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A waiting contact as the policy sees it: when its steps begin, how many count, and who fits one of those."""

    waiting: Waiting
    steps: tuple[Step, ...]
    begins: list[float]
    reached: int
    fits: Fits


class _Reading:
    """What is read once, however many contacts are told of."""

    def __init__(
        self, programme: Programme, frame: Frame, line: list[Contact], told: set[int], here: Sequence[Presence]
    ) -> None:
        self.programme = programme
        self.now = clock.now()
        self.frame, self.plan = frame, frame.plan
        self.skills = {key: name for plan in frame.plans.all for key, name in plan.skills.items()}
        self.capacity = capacity_of(self.plan)
        self.line = line
        self.told = told
        self.offers = open_offers_in(programme)
        self.here = {one.member_id: one for one in here}
        self.reps = {rep.id: rep for rep in signed_in(programme, frame=frame, here=here)}
        self.preferred = preferred_in(programme, self.here)
        self.asked = _asked(told)
        self._fits: dict[Condition, Fits] = {}

    @cached_property
    def usual_seconds(self) -> float | None:
        """How long a contact usually takes."""
        return usual_handle_seconds(self.programme)

    @cached_property
    def away(self) -> list[Rep]:
        """Who could be on the floor and is not, with what they know."""
        members = accounts.members_with(self.programme, Right.TAKE_CONTACTS)
        skills = skills_of_all(self.programme)
        return [
            Rep(one.pk, skills.get(one.pk, {}), team=one.team.name if one.team else "", tier=one.role)
            for one in members
            if one.pk not in self.here
        ]

    def why(self) -> dict[int, Still]:
        """Return why each contact that is told of still waits."""
        as_seen = as_waiting(self.programme, [one for one in self.line if is_ours(one)], frame=self.frame)
        seen = {one.id: self._seen(one) for one in as_seen}
        names = accounts.member_names(
            self.programme, {id_ for one in as_seen for step in one.steps for id_ in step.people}
        )
        found = {}
        before: Counter[Fits] = Counter()
        for position, contact in enumerate(self.line, 1):
            one = seen.get(contact.pk)
            if contact.pk in self.told:
                ahead = sum(count for fits, count in before.items() if one and not fits.isdisjoint(one.fits))
                found[contact.pk] = self._still(contact, one, position, ahead, names)
            if one and contact.pk not in self.offers and contact.pk not in self.preferred:
                before[one.fits] += 1
        return found

    def _seen(self, waiting: Waiting) -> _Seen:
        steps = waiting.steps or ANYONE
        begins = list(waiting.beginnings(lambda index: not self._fit(steps[index].condition)))
        reached = max(1, sum(begin <= self.now.timestamp() for begin in begins))
        fits = frozenset().union(*(self._fit(step.condition) for step in steps[:reached]))
        return _Seen(waiting, steps, begins, reached, fits)

    def _fit(self, condition: Condition) -> Fits:
        """Return who on the floor meets the condition, busy or not."""
        if condition not in self._fits:
            self._fits[condition] = frozenset(rep.id for rep in self.reps.values() if condition.met_by(rep))
        return self._fits[condition]

    def _still(
        self, contact: Contact, seen: _Seen | None, position: int, ahead: int, names: Mapping[int, str]
    ) -> Still:
        waited = (self.now - (contact.placed_at or contact.arrived_at)).total_seconds()
        if seen is None:
            return Still(self.now, position, waited, by_telephone=True)
        fitting = sorted((self._fitting(rep, seen.waiting) for rep in seen.fits), key=_soonest_free)
        condition = seen.steps[seen.reached - 1].condition
        overflow = self._overflow(contact)
        return Still(
            at=self.now,
            position=position,
            waited_seconds=waited,
            head_start_seconds=seen.waiting.head_start_seconds,
            ringing=self._ringing(contact),
            kept=self._kept(contact),
            steps=tuple(self._wish(step, names) for step in seen.steps),
            step=seen.reached - 1,
            widens_at=_instant(seen.begins[seen.reached]) if seen.reached < len(seen.begins) else None,
            overflows_at=overflow[0] if overflow else None,
            overflows_to=overflow[1] if overflow else "",
            ahead=ahead,
            fitting=tuple(fitting[:TOLD_REPS]),
            doing=Counter(one.doing for one in fitting),
            near=() if fitting else tuple(self._near(condition)),
            away=0 if fitting else sum(condition.met_by(rep) for rep in self.away),
        )

    def _fitting(self, rep_id: int, waiting: Waiting) -> Fitting:
        rep, presence = self.reps[rep_id], self.here.get(rep_id)
        since = presence.since if presence else self.now
        doing = self._doing(rep, presence.doing if presence else Doing.OFFLINE, waiting.channel)
        return Fitting(
            rep=presence.member.agent_id if presence else "",
            name=presence.member.name if presence else "",
            doing=doing,
            since=since,
            free_at=self._free_at(doing, since),
            asked=self.asked.get((waiting.id, rep_id), ""),
        )

    def _doing(self, rep: Rep, doing: str, channel: str) -> str:
        """Return what keeps a rep from one more contact of the channel."""
        if self.capacity.admits(rep, channel):
            return "free"
        if doing not in (Doing.AVAILABLE, Doing.ON_CONTACT):
            return doing
        if self.capacity.is_above_ceiling(rep):
            return "above_ceiling"
        if doing == Doing.ON_CONTACT:
            return doing
        return "full" if self.capacity.hindrance(rep.handling, channel) else "not_cleared"

    def _free_at(self, doing: str, since: datetime) -> datetime | None:
        """Return when a rep is expected to be free; None where nobody knows."""
        if doing == Doing.WRAP_UP:
            return since + timedelta(seconds=self.programme.wrap_up_seconds)
        if doing == Doing.ON_CONTACT and self.usual_seconds is not None:
            return since + timedelta(seconds=self.usual_seconds)
        return None

    def _ringing(self, contact: Contact) -> Kept | None:
        offer = self.offers.get(contact.pk)
        if offer is None:
            return None
        return Kept(offer.member.agent_id, offer.member.name, Doing.RESERVED, offer.expires_at)

    def _kept(self, contact: Contact) -> Kept | None:
        first = self.preferred.get(contact.pk)
        if first is None:
            return None
        rep, presence = self.reps.get(first.member_id), self.here.get(first.member_id)
        doing = self._doing(rep, presence.doing, contact.channel) if rep and presence else Doing.OFFLINE
        why = WORDS[first.Why(first.why)].format(rep=first.member.name)
        return Kept(first.member.agent_id, first.member.name, doing, first.until, why)

    def _overflow(self, contact: Contact) -> tuple[datetime, str] | None:
        """Return when the contact moves on to the next queue by itself, and that queue's name."""
        rules = self.plan.queues.get(contact.queue)
        if rules is None or rules.overflow is None:
            return None
        to = self.plan.queues.get(rules.overflow.to)
        at = (contact.placed_at or contact.arrived_at) + timedelta(seconds=rules.overflow.after_seconds)
        return at, to.name if to else rules.overflow.to

    def _near(self, condition: Condition) -> Iterable[Near]:
        """Yield who on the floor lacks least."""
        lacking = ((lacks(condition, rep), rep.id) for rep in self.reps.values())
        for found, rep_id in sorted(lacking, key=lambda one: (len(one[0]), one[1]))[:TOLD_NEAR]:
            member = self.here[rep_id].member if rep_id in self.here else None
            if member is not None:
                yield Near(member.agent_id, member.name, " and ".join(found))

    def _wish(self, step: Step, names: Mapping[int, str]) -> str:
        """Return what a step asks for, with skills and people by their names."""
        asked = [self._wished(need) for need in step.needs]
        if step.teams:
            asked.append(f"team {' or '.join(step.teams)}")
        if step.tiers:
            asked.append(f"tier {' or '.join(tier.replace('_', ' ') for tier in step.tiers)}")
        if step.people:
            asked.append(" or ".join(names.get(person, "somebody") for person in step.people))
        told = " and ".join(asked) or ANY
        return f"{step.called}, {told}" if step.called else told

    def _wished(self, need: Need) -> str:
        if need.is_permit:
            return need.skill
        name = self.skills.get(need.skill) or need.skill
        return f"{name} {need.level}{' or higher' if need.level < 5 else ''}"


def _asked(contact_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """Return which reps had these contacts or were offered them before, and how that ended."""
    ids = list(contact_ids)
    offers = Offer.objects.filter(contact__in=ids, result__in=[Offer.Result.MISSED, Offer.Result.DECLINED])
    rows = offers.order_by("pk").values_list("contact_id", "member_id", "result")
    handed_on = dict.fromkeys(contacts.handed_on_by(ids), "handed_on")
    return {(contact, rep): result for contact, rep, result in rows} | handed_on


def _soonest_free(one: Fitting) -> tuple[int, datetime, datetime, str]:
    """Order: by what they do, the freest first; then by when they are expected, then longest in it."""
    place = SOONEST.index(one.doing) if one.doing in SOONEST else len(SOONEST)
    return place, one.free_at or LATEST, one.since, one.rep


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
