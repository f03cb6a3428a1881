"""Reads of guides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum

from rapport.accounts.queries import member_names
from rapport.guides.connectors import queries as connectors
from rapport.guides.connectors.transactions import may_ask_again
from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.definition.insertions import fill, names_in
from rapport.guides.definition.rules import Guide
from rapport.guides.engine import FieldView, Run, StepView, View
from rapport.guides.facts import facts_of
from rapport.guides.models import GuideVersion, Progress
from rapport.guides.onward import Way, ways_on
from rapport.guides.state import State
from rapport.guides.trials.drawing import drawn_for, worded
from rapport.guides.versions import read_version, version_for
from rapport.kit.errors import Invalid, NotFound
from rapport.kit.often import Among, Often
from rapport.routing.queries import level_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that a transaction sends: what people call it, and its value; None where it is not known."""

    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Doing:
    """How the step at hand is done by the partner's system: what would be sent, and what came of it so far.

    ``attempt`` goes with ``guides.actions.transact``: the next one, or the same where one that may have been done
    is asked about again under its key. ``answer`` is empty before the first, then waiting, done, refused, failed
    or unknown.
    """

    system: str
    what: str
    attempt: int
    sends: list[Sent]
    lacks: list[str]  # what has to be filled in first
    answer: str = ""
    said: str = ""
    tries: int = 0
    asks_again: bool = False

    @property
    def may_begin(self) -> bool:
        """Say whether it can be sent now."""
        return not self.lacks and (self.answer in ("", "refused", "failed") or self.asks_again)


@dataclass(frozen=True, slots=True)
class GuideView:
    """A guide on one contact: which version, what is done of it, and why the rest was left open."""

    key: str
    version: int
    view: View
    open_because: str
    has_begun: bool
    people: Mapping[str, str]  # who covered or left out a step, by what stands in its ``by``
    ways: list[Way]  # into which the step at hand branches
    doing: Doing | None = None  # by the partner's system; none where the rep does it by hand

    @property
    def name(self) -> str:
        """What the guide is called."""
        return self.view.name

    @property
    def steps(self) -> tuple[StepView, ...]:
        """The steps on the way, in order."""
        return self.view.way

    @property
    def required(self) -> int:
        """How many touch points are required."""
        return len(self.view.required)

    @property
    def covered(self) -> int:
        """How many of them are done."""
        return sum(one.is_done for one in self.view.required)

    @property
    def open_required(self) -> tuple[StepView, ...]:
        """The required touch points still to be done."""
        return self.view.open

    @property
    def elsewhere(self) -> tuple[StepView, ...]:
        """The steps that the contact does not come by as things are known."""
        return tuple(one for one in self.view.steps if not one.is_on_way and not one.step.aside)

    @property
    def is_at_end(self) -> bool:
        """Say whether the contact has come to the end of the guide."""
        return self.view.current is None

    @property
    def value_given(self) -> str:
        """What of value the customer got, as the guide was told."""
        fields = (one for step in self.view.steps for one in step.fields if one.rules.saves == "value_given")
        return ", ".join(dict.fromkeys(str(one.answer) for one in fields if one.answer is not None))

    @property
    def next_key(self) -> str:
        """The key of the first step on the way that is not done; empty when all are."""
        return next((one.key for one in self.view.way if not one.is_done and one.skipped is None), "")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Required touch points of some contacts, and how many of them were done."""

    required: int
    covered: int

    @property
    def share(self) -> float | None:
        """The covered share, 0 to 1; None where nothing was required."""
        return self.covered / self.required if self.required else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a contact is: its coverage, the title of the step it stands at (empty: the end), and those open."""

    coverage: Coverage
    at: str
    open: tuple[str, ...]


def state_of(progress: Progress) -> State:
    """Return how far a contact is, as the engine takes it."""
    return State.model_validate({**progress.state, **progress.told})


def guide_drawn(progress: Progress) -> Guide:
    """Return what the contact goes by: its version, with the words that it was drawn for."""
    return worded(read_version(progress.version), progress.drawn)


def run_of(contact: Contact, guide: Guide, state: State, *, member: Member | None = None) -> Run:
    """Return the guide with all that is known on the contact, at the level of ``member``, else of who has it."""
    rep: Any = member or contact.rep
    skill = guide.freedom.skill
    level = level_of(rep, skill) if rep is not None and skill else 0
    return Run(guide, state, facts_of(contact, rep, guide.names_used), level)


def guide_of(contact: Contact, *, member: Member | None = None) -> GuideView | None:
    """Return the contact's guide as ``member`` sees it: the version it began with, else the one it would begin.

    Without a member: as whoever has the contact does.
    """
    progress = _begun([contact]).get(contact.pk)
    version: GuideVersion | None = progress.version if progress else version_for(contact)
    if version is None:
        return None
    state = state_of(progress) if progress else State()
    drawn = progress.drawn if progress else drawn_for(contact, version.guide_id)
    run = run_of(contact, worded(read_version(version), drawn), state, member=member)
    return GuideView(
        key=version.guide.key,
        version=version.number,
        view=run.view(),
        open_because=progress.open_because if progress else "",
        has_begun=progress is not None,
        people=_people(contact.programme, state),
        ways=ways_on(run),
        doing=_doing(contact, run, member),
    )


def views_of(contacts: Sequence[Contact]) -> dict[int, View]:
    """Return the guides of contacts, each as whoever has the contact sees it, by the contact's id."""
    begun, found = _begun(contacts), {}
    for contact in contacts:
        progress = begun.get(contact.pk)
        if progress is not None:
            found[contact.pk] = run_of(contact, guide_drawn(progress), state_of(progress)).view()
        elif (version := version_for(contact)) is not None:
            found[contact.pk] = run_of(contact, read_version(version), State()).view()
    return found


def _begun(contacts: Sequence[Contact]) -> dict[int, Progress]:
    return {one.contact_id: one for one in _progress(contacts=[one.pk for one in contacts])}


_progress = Often(
    lambda: (
        Progress.objects.select_related("version__guide")
        .defer("version__text")  # each text is read once
        .filter(Among("contact_id", "contacts"))
    )
)


def values_of(contact: Contact, run: Run, member: Member | None, names: Collection[str]) -> dict[str, Any]:
    """Return the facts and answers of these names; the contact's own id among them."""
    facts = facts_of(contact, member or contact.rep, names)
    return {**facts, **run.state.answers, "contact.id": str(contact.public_id)}


def _doing(contact: Contact, run: Run, member: Member | None) -> Doing | None:
    """Return how the step at hand is done; None where that is by hand, or its connector is gone."""
    step = run.guide.by_key.get(run.current)
    does = connectors.named(contact.programme, step.connector) if step and step.connector else None
    if step is None or does is None:
        return None
    told, last = does.transaction, connectors.last_of(contact, step.key)
    values = values_of(contact, run, member, told.names)
    missing = [one.label for one in run.missing(step)]
    unknown = [name for name in names_in(told.path) if values.get(name) in (None, "")]
    asks_again = last is not None and last.state == "unknown" and may_ask_again(does)
    return Doing(
        system=does.connector.name,
        what=told.name,
        attempt=1 if last is None else last.attempt + (not asks_again and last.state != "waiting"),
        sends=[Sent(_label(run.guide, name), values.get(name)) for name in sorted(told.names)],
        lacks=missing + [one for name in unknown if (one := _label(run.guide, name)) not in missing],
        answer=last.state if last else "",
        said=last.said if last else "",
        tries=last.tries if last else 0,
        asks_again=asks_again,
    )


def _label(guide: Guide, name: str) -> str:
    if name in guide.fields:
        return guide.fields[name].label
    return FACTS[name].words if name in FACTS else name.removeprefix(ATTRIBUTE)


def step_named(contact: Contact, words: str, *, member: Member) -> StepView:
    """Return the step that the contact can go to whose title, or else words, have these words in them."""
    guide, wanted = guide_of(contact, member=member), words.strip().casefold()
    if guide is None or not wanted:
        raise Invalid("Write some words of the step.")
    open_to_go = (*guide.view.way, *guide.view.asides)
    for fits in (
        lambda one: one.title.casefold() == wanted,
        lambda one: one.title.casefold().startswith(wanted),
        lambda one: wanted in one.title.casefold(),
        lambda one: wanted in " ".join((one.words, *one.points)).casefold(),
    ):
        if found := next(filter(fits, open_to_go), None):
            return found
    raise Invalid("No step on the way has these words.")


def field_of(contact: Contact, key: str, *, member: Member) -> FieldView:
    """Return a field of the contact's guide with what was answered; NotFound where it has none of this key."""
    guide = guide_of(contact, member=member)
    fields = (one for step in guide.view.steps for one in step.fields) if guide else iter(())
    found = next((one for one in fields if one.key == key), None)
    if found is None:
        raise NotFound("The guide asks for no such thing.")
    return found


def _people(programme: Programme, state: State) -> dict[str, str]:
    who = {one.by for one in state.covered.values()} | {one.by for one in state.skipped.values()}
    ids = [int(by.removeprefix("member:")) for by in who if by.startswith("member:")]
    return {f"member:{pk}": name for pk, name in member_names(programme, ids).items()} if ids else {}


def coverage(programme: Programme, *, since: datetime, until: datetime) -> Coverage:
    """Return the coverage of contacts that began their guide in [since, until)."""
    sums = Progress.objects.filter(programme=programme, began_at__gte=since, began_at__lt=until).aggregate(
        required=Sum("required", default=0), covered=Sum("covered", default=0)
    )
    return Coverage(required=sums["required"], covered=sums["covered"])


def standing_of(contacts: Iterable[Contact]) -> dict[int, Standing]:
    """Return how far each contact that began a guide is, by the contact's id, as of its last move."""
    rows = Progress.objects.select_related("version").defer("version__text", "state", "told")
    found = rows.filter(contact__in=[one.pk for one in contacts])
    return {one.contact_id: _standing(one) for one in found}


def _standing(progress: Progress) -> Standing:
    steps = read_version(progress.version).by_key
    left = [key for key, told in progress.steps.items() if told["came_to"] == "open"]
    at, *left_open = [fill(steps[key].title, {}) if key in steps else "" for key in (progress.here, *left)]
    return Standing(Coverage(progress.required, progress.covered), at, tuple(left_open))


def guides_in_hand(programme: Programme) -> dict[int, int]:
    """Return how many contacts go by each guide now, by the guide's id."""
    rows = Progress.objects.filter(programme=programme, contact__state__in=["active", "wrap_up"])
    return dict(rows.values_list("version__guide").annotate(contacts=Count("pk")))


def coverage_by_guide(programme: Programme, *, since: datetime, until: datetime) -> dict[int, Coverage]:
    """Return the coverage of contacts that began in [since, until), by the guide's id."""
    rows = Progress.objects.filter(programme=programme, began_at__gte=since, began_at__lt=until)
    sums = rows.values_list("version__guide").annotate(Sum("required"), Sum("covered"))
    return {pk: Coverage(required, covered) for pk, required, covered in sums}


def version_gone_by(contact: Contact) -> tuple[str, int] | None:
    """Return the key and version of the guide that the contact goes by; None where it has begun none."""
    rows = Progress.objects.filter(contact=contact)
    return rows.values_list("version__guide__key", "version__number").first()


def published_between(programme: Programme, start: datetime, end: datetime) -> list[GuideVersion]:
    """Return the versions of guides still in use that came in force in [start, end), in order."""
    rows = GuideVersion.objects.select_related("guide").filter(
        programme=programme, starts_at__gte=start, starts_at__lt=end, guide__retired_at__isnull=True
    )
    return list(rows.order_by("starts_at", "pk"))
