"""Writes and reads of tips: found in what others know, written by hand, told in a letter, retired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from rapport.events.actions import announce
from rapport.insight.registry import metric
from rapport.insight.words import difference_in_words
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.recognition import effect, events, findings
from rapport.recognition.access import access_tip
from rapport.recognition.models import Tip
from rapport.recognition.privacy import kept_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.accounts.names import Names
    from rapport.recognition.findings import Finding

FRESH = timedelta(days=90)
"""So long after it was last known a tip's evidence is old."""
TOLD_AGAIN = timedelta(days=28)
"""So long a tip that was told rests."""
SHOWN_RETIRED = 30
COMES_BACK = (Tip.Why.STALE, Tip.Why.FADED)
"""What was retired for this is a tip again when it is found again; what people took back, or turned, is not."""
SAYS = {
    "better": "It worked: {change} for those who had read it, beyond those who had not.",
    "worse": "It did harm: {change} for those who had read it, beyond those who had not.",
    "none": "No effect found: {change} for those who had read it, beyond those who had not.",
    "unsure": "Not to be told: those who read it were already changing before they did.",
    "few": "Too few to say: {readers} who had read it could be held against {others} who had not.",
}
COUNTED = {Tip.Source.TRIAL: "customers", Tip.Source.COACHING: "reps", Tip.Source.QUALITY: "contacts"}
TONES = {"better": "good", "worse": "bad", "none": "idle", "unsure": "warn", "few": "idle"}


@dataclass(frozen=True, slots=True)
class Told:
    """A tip as pages show it: what its source found and what reading it changed, in words."""

    tip: Tip
    text: str
    evidence: str
    effect: str
    unit: str
    age: int
    became: str
    says: str
    tone: str

    @property
    def source(self) -> str:
        """Where it comes from."""
        return str(self.tip.get_source_display())


def gather(*, programme: Programme, afresh: bool = False) -> int:
    """Make tips of what was found, bring their evidence up to date, and retire what no longer holds.

    Returns how many tips began or ended. Running it again changes nothing. Trials that are over are counted again
    only ``afresh``: each night, since what customers do later is heard later.
    """
    known = frozenset() if afresh else frozenset(_live(programme).values_list("ref", flat=True))
    found = [
        *findings.of_trials(programme, but=known),
        *findings.of_coaching(programme),
        *findings.of_quality(programme),
    ]
    changed = sum(_take_in(programme, one) for one in found)
    shown = {one.ref for one in found if one.source == Tip.Source.COACHING}
    for tip in _live(programme).filter(source=Tip.Source.COACHING).exclude(ref__in=shown):
        changed += _retire(tip, Tip.Why.FADED)
    old = clock.now().astimezone(programme.zone).date() - FRESH
    for tip in _live(programme).filter(known_on__lt=old):
        changed += _retire(tip, Tip.Why.STALE)
    for tip in _live(programme).filter(counted_at__isnull=False):
        if effect.says(tip) == "worse":
            changed += _retire(tip, Tip.Why.TURNED)
    return changed


@transaction.atomic
def _take_in(programme: Programme, one: Finding) -> bool:
    tip = _live(programme).select_for_update().filter(source=one.source, ref=one.ref).first()
    if tip is None:
        return _begin(programme, one)
    if one.is_against or (one.source == Tip.Source.QUALITY and not one.is_shown):
        return _retire(tip, Tip.Why.TURNED if one.is_against else Tip.Why.FADED)
    for name in ("text", "evidence", "count", "effect", "low", "high", "known_on"):
        setattr(tip, name, getattr(one, name))
    tip.save()
    return False


def _begin(programme: Programme, one: Finding) -> bool:
    was = Tip.objects.filter(programme=programme, source=one.source, ref=one.ref)
    is_won = one.source == Tip.Source.TRIAL and not one.is_against
    if not (one.is_shown or is_won) or was.exclude(retired_why__in=COMES_BACK).exists():
        return False
    if clock.now().astimezone(programme.zone).date() - one.known_on > FRESH:
        return False
    made = {name: getattr(one, name) for name in one.__dataclass_fields__}
    try:
        with transaction.atomic():
            tip = Tip.objects.create(programme=programme, made_at=clock.now(), **made)
    except IntegrityError:  # another run found it at the same time
        return False
    _tell(tip, events.TipFound(tip=str(tip.public_id), source=tip.source, ref=tip.ref), "system")
    return True


@transaction.atomic
def write(*, member: Member, text: str, evidence: str = "", measure: str = findings.MEASURES[0]) -> Tip:
    """Put a tip on file by hand: nothing speaks for it yet but what is said. Raises Invalid."""
    if measure not in findings.MEASURES:
        raise Invalid("Choose what the tip should change.")
    text = kept_words(text, findings.LONGEST, "the tip")
    evidence = kept_words(evidence, findings.LONGEST_EVIDENCE, "what speaks for it")
    if not text:
        raise Invalid("Write the tip.")
    if _live(member.programme).filter(text=text).exists():
        raise Conflict("There is such a tip already.")
    tip = Tip.objects.create(
        programme=member.programme,
        source=Tip.Source.HAND,
        measure=measure,
        text=text,
        evidence=evidence,
        known_on=clock.now().astimezone(member.programme.zone).date(),
        made_by=member,
        made_at=clock.now(),
    )
    _tell(tip, events.TipFound(tip=str(tip.public_id), source=tip.source, ref=""), f"member:{member.pk}")
    return tip


@transaction.atomic
def take_back(*, member: Member, tip: UUID) -> None:
    """Tell a tip no more. Raises Conflict where it is retired already."""
    row = access_tip(member, tip, lock=True)
    if row.retired_at is not None:
        raise Conflict("This tip is retired already.")
    _retire(row, Tip.Why.BY_HAND, member)


def put_down(*, member: Member, text: str, evidence: str) -> Tip:
    """Return the live tip with these words; put down by hand where there is none."""
    return _live(member.programme).filter(text=text).first() or write(member=member, text=text, evidence=evidence)


def tell(tip: Tip, on: date) -> None:
    """Note that a tip was first told on a day, for a letter that is being published."""
    if tip.told_on is None:
        tip.told_on = on
        tip.save(update_fields=["told_on"])


def next_to_tell(programme: Programme, day: date) -> Tip | None:
    """Return the live tip that says most and has rested: what its source is surest of first; None without any."""
    rested = Q(last__isnull=True) | Q(last__lt=day - TOLD_AGAIN)
    rows = _live(programme).exclude(source=Tip.Source.HAND, told_on__isnull=False).annotate(last=Max("notes__day"))
    found = list(rows.filter(rested).order_by("pk"))
    return max(found, key=lambda one: (one.low or 0.0, one.known_on, one.pk), default=None)


def to_look_back_on(programme: Programme, day: date) -> Tip | None:
    """Return the tip of which it is known what became, and no letter has said so: the one counted first."""
    rows = Tip.objects.filter(programme=programme, counted_at__isnull=False, told_on__lt=day, looked_at_in=None)
    return rows.filter(told_on__gte=day - FRESH).order_by("told_on", "pk").first()


def shelf(programme: Programme, names: Names) -> tuple[list[Told], list[Told]]:
    """Return the tips that are live, the surest first, and those retired last."""
    live = sorted(_live(programme), key=lambda one: (one.low is None, -(one.low or 0.0), -one.pk))
    rows = Tip.objects.filter(programme=programme, retired_at__isnull=False).order_by("-retired_at", "-pk")
    return [told_of(one, names) for one in live], [told_of(one, names) for one in rows[:SHOWN_RETIRED]]


def told_of(tip: Tip, names: Names) -> Told:
    """Return a tip as pages show it."""
    said = effect.says(tip)
    change = _between(tip, tip.change, tip.change_low, tip.change_high)
    return Told(
        tip=tip,
        text=names.within(tip.text),
        evidence=names.within(tip.evidence),
        effect=_between(tip, tip.effect, tip.low, tip.high),
        unit=COUNTED.get(Tip.Source(tip.source), ""),
        age=(clock.now().astimezone(tip.programme.zone).date() - tip.known_on).days,
        became=SAYS[said].format(change=change, readers=tip.readers, others=tip.others) if said else "",
        says=said,
        tone=TONES.get(said, ""),
    )


def choices(programme: Programme) -> list[tuple[str, str]]:
    """Return the live tips, to choose one for a letter."""
    return [(str(one.public_id), one.text) for one in _live(programme).order_by("-known_on", "-pk")]


def _between(tip: Tip, value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return ""
    words = [difference_in_words(metric(tip.measure), one) for one in (value, low, high)]
    return f"{words[0]} ({words[1].removesuffix(' points')} to {words[2].removesuffix(' points')})"


def _live(programme: Programme) -> QuerySet[Tip]:
    return Tip.objects.select_related("programme").filter(programme=programme, retired_at__isnull=True)


def _retire(tip: Tip, why: Tip.Why, by: Member | None = None) -> bool:
    rows = Tip.objects.filter(pk=tip.pk, retired_at__isnull=True)
    if not rows.update(retired_at=clock.now(), retired_why=why, retired_by=by):
        return False
    happening = events.TipRetired(tip=str(tip.public_id), why=why.value)
    _tell(tip, happening, f"member:{by.pk}" if by else "system")
    return True


def _tell(tip: Tip, happening: events.TipFound | events.TipRetired, actor: str) -> None:
    announce(happening, programme=tip.programme, subject=tip.programme.public_id, actor=actor)
