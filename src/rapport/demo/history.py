"""Writing the simulated month into the tables: contacts, conversations, events and what customers said of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from operator import itemgetter
from random import Random
from uuid import UUID

from rapport.demo import bulk, presence, vault, wording
from rapport.demo.files import File
from rapport.demo.guides import required_keys
from rapport.demo.month import Leg, Month, Visit, stranger
from rapport.demo.names import phone
from rapport.demo.people import SEGMENTS, Setting
from rapport.demo.story import Story, conversation, tell
from rapport.demo.topics import TOPICS
from rapport.demo.wishes import Met

BATCH = 5000
COLUMNS = {
    "contacts.Contact": (
        "id", "programme_id", "public_id", "channel", "direction", "address", "state", "customer_id", "segment_id",
        "reason_id", "queue", "plan", "rep_id", "arrived_at", "queued_at", "placed_at", "answered_at", "ended_at",
        "closed_at", "transfers", "disposition_id", "resolved", "summary", "value_given",
    ),
    "contacts.Leg": ("programme_id", "contact_id", "rep_id", "started_at", "ended_at", "wrapped_at", "ended_by"),
    "contacts.FollowUp": ("programme_id", "contact_id", "member_id", "at", "holds", "comment"),
    "chat.Conversation": ("programme_id", "contact_id", "customer_seen_at"),
    "chat.Message": ("programme_id", "contact_id", "author", "member_id", "text", "client_id", "at"),
    "feedback.Survey": (
        "programme_id", "contact_id", "invited_at", "rating", "resolved", "comment", "answered_at",
    ),
    "guides.Progress": (
        "programme_id", "contact_id", "version_id", "began_at", "state", "told", "drawn", "required", "covered",
        "open_because", "here", "steps",
    ),
    "guides.WordsShown": ("programme_id", "trial_id", "contact_id", "variant", "shown_at"),
    "customers.Promise": (
        "programme_id", "public_id", "customer_id", "contact_id", "by", "made_by_id", "keeper_id", "kind", "what",
        "made_at", "due_on", "due_by", "state", "settled_at", "settled_by_id", "evidence",
    ),
    "routing.StateSpan": ("programme_id", "member_id", "doing", "started_at", "ended_at"),
    "events.Event": ("programme_id", "at", "name", "subject", "actor", "data", "audience"),
}  # fmt: skip


@dataclass(slots=True)
class Writer:
    """Turns visits into rows, batch by batch. ``customers`` are (key, public id) in the order of ``files``."""

    setting: Setting
    month: Month
    files: list[File]
    customers: list[tuple[int, str]]
    seed: int
    words: wording.Tried
    rows: dict[str, list[bulk.Row]] = field(default_factory=dict)
    events: list[tuple[float, bulk.Row]] = field(default_factory=list)
    presence: deque[tuple[float, bulk.Row]] = field(default_factory=deque)
    last: dict[int, tuple[int, str]] = field(default_factory=dict)
    met: list[Met] = field(default_factory=list)
    _programme: str = ""
    _members: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._programme = str(self.setting.programme.pk)
        self._members = [str(member.pk) for member in self.setting.reps]

    def write(self, progress: Callable[[float], None], secrets: Iterator[bulk.Row]) -> int:
        """Copy everything; ``progress`` hears the share done. Returns the number of contacts.

        ``secrets`` come last: they are sealed here while the database still takes in the contacts.
        """
        visits = [one for one in self.month.visits if is_over(one, self.month.end)]
        chance = Random(self.seed)
        ids = bulk.reserve("contacts.Contact", len(visits))
        spans = self._spans()
        self.presence = deque(presence.events(self.setting, self.month.spans))
        with bulk.Copier() as copier:
            for first in range(0, len(visits), BATCH):
                batch, following = visits[first : first + BATCH], first + BATCH
                self.rows = {label: [] for label in COLUMNS}
                for pk, visit in zip(ids[first:following], batch, strict=True):
                    self._contact(pk, visit, chance)
                until = visits[following].arrived if following < len(visits) else float("inf")
                self.rows["routing.StateSpan"] = list(islice(spans, None if until == float("inf") else 4 * BATCH))
                self._copy(copier, until)
                progress(min(1.0, following / len(visits)))
            copier.copy(vault.LABEL, vault.COLUMNS, list(secrets))
        return len(visits)

    def _copy(self, copier: bulk.Copier, before: float) -> None:
        """Copy the batch; events only up to what the next batch may still precede."""
        while self.presence and self.presence[0][0] < before:
            self.events.append(self.presence.popleft())
        self.events.sort(key=itemgetter(0))
        ready = next((n for n, event in enumerate(self.events) if event[0] >= before), len(self.events))
        self.rows["events.Event"] = [row for _, row in self.events[:ready]]
        del self.events[:ready]
        for label, columns in COLUMNS.items():
            if self.rows[label]:
                copier.copy(label, columns, self.rows[label])

    def _event(self, at: float, name: str, subject: str, actor: str, **data: object) -> None:
        self.events.append((at, (self._programme, bulk.stamp(at), name, subject, actor, bulk.data(data), "{}")))

    def _contact(self, pk: int, visit: Visit, chance: Random) -> None:
        topic, public = TOPICS[visit.topic], bulk.key(chance, visit.arrived)
        known = visit.customer >= 0
        segment = SEGMENTS[visit.segment][0] if known else None
        self._event(
            visit.arrived, "contact.arrived", public, "customer" if visit.channel == "chat" else "pbx",
            channel=visit.channel, direction="in",
            customer=str(UUID(self.customers[visit.customer][1])) if known else None,
            segment=segment, reason=topic.key, external_id=None,
        )  # fmt: skip
        if visit.queued < visit.gave_up or visit.legs:
            self._event(visit.queued, "contact.queued", public, "customer", queue="main", plan=visit.plan)
        story = self._answered(pk, public, visit, chance) if visit.legs else None
        if story is None:
            self._event(_end(visit), "contact.abandoned" if _queued(visit) else "contact.left", public, "customer")
        self.rows["contacts.Contact"].append(self._contact_row(pk, public, visit, story))
        if visit.channel == "chat":
            self.rows["chat.Conversation"].append((self._programme, str(pk), bulk.stamp(_end(visit))))
            if story is None:
                opening = chance.choice(topic.opens)
                message = self._message(pk, "customer", None, opening, visit.arrived, chance)
                self.rows["chat.Message"].append(message)
        if known and visit.legs:
            self.last[visit.customer] = (pk, public)
        if known and story and topic.key == "cancel" and visit.attempt == 1:
            leg = visit.legs[-1]
            self.met.append(
                Met(
                    visit.customer, leg.rep, visit.channel, leg.start, visit.ended, story.disposition, (pk, public)
                )
            )

    def _contact_row(self, pk: int, public: str, visit: Visit, story: Story | None) -> bulk.Row:
        known, setting, null = visit.customer >= 0, self.setting, bulk.NULL
        state = "closed" if story else "abandoned" if _queued(visit) else "left"
        queued = bulk.stamp(visit.queued) if _queued(visit) else null
        return (
            str(pk), self._programme, public, visit.channel, "in", self._address(visit), state,
            str(self.customers[visit.customer][0]) if known else null,
            str(setting.segments[visit.segment].pk) if known else null,
            str(setting.reasons[TOPICS[visit.topic].key].pk), "main" if _queued(visit) else "",
            null if visit.plan is None else str(visit.plan),
            self._member(visit.legs[-1].rep) if visit.legs else null,
            bulk.stamp(visit.arrived), queued, queued,
            bulk.stamp(visit.legs[0].start) if visit.legs else null,
            bulk.stamp(_end(visit)), bulk.stamp(visit.closed if story else _end(visit)),
            str(max(0, len(visit.legs) - 1)),
            str(setting.dispositions[story.disposition].pk) if story else null,
            bulk.truth(visit.resolved) if story else null,
            story.summary if story else "", story.value_given if story else "",
        )  # fmt: skip

    def _address(self, visit: Visit) -> str:
        if visit.customer < 0:
            return stranger(visit)
        return self.files[visit.customer].email if visit.channel == "chat" else phone(visit.customer)

    def _member(self, number: int) -> str:
        return self._members[number]

    def _answered(self, pk: int, public: str, visit: Visit, chance: Random) -> Story:
        """Write what an answered contact leaves beside its own row, and return what came of it."""
        topic = TOPICS[visit.topic]
        required = required_keys(topic)
        last = visit.legs[-1].rep
        variant = self.words.drawn_for(visit.topic, visit.legs[0].start, self._whose(visit, public))
        story = tell(visit, talent=self.month.reps[last].talent, required=len(required), chance=chance)
        story = wording.turned(story, variant, chance)
        by = "customer" if visit.channel == "chat" and chance.random() < 0.5 else "rep"
        actor = self._legs(pk, public, visit, by, chance)
        self._event(visit.ended, "contact.ended", public, "customer" if by == "customer" else actor, by=by)
        self._event(
            visit.closed, "contact.closed", public, actor, disposition=story.disposition, resolved=visit.resolved
        )
        self._survey(pk, public, visit, story, chance)
        self._guide(pk, visit, story, required, variant)
        if variant is not None and wording.STEP in required[: story.covered]:
            self._shown(pk, public, visit, actor, variant)
        if story.promise and visit.customer >= 0:
            self._promise(pk, visit, story, chance)
        if visit.attempt > 1 and visit.customer in self.last and chance.random() < 0.5:
            self._look_back(visit, chance)
        if visit.channel == "chat":
            name = self.setting.reps[last].name.split()[0]
            for line in conversation(visit, rep=name, chance=chance):
                member = last if line.author == "rep" else None
                at = visit.legs[-1].start + line.after
                self.rows["chat.Message"].append(self._message(pk, line.author, member, line.text, at, chance))
        return story

    def _hold(self, public: str, leg: Leg, chance: Random) -> None:
        begins = leg.start + (leg.end - leg.start) * chance.uniform(0.2, 0.6)
        self._event(begins, "contact.held", public, "pbx")
        self._event(min(begins + 5 + chance.expovariate(1 / 50), leg.end), "contact.resumed", public, "pbx")

    def _legs(self, pk: int, public: str, visit: Visit, by: str, chance: Random) -> str:
        actor = ""
        for number, leg in enumerate(visit.legs, start=1):
            member, is_last = self.setting.reps[leg.rep], number == len(visit.legs)
            actor = f"member:{member.pk}"
            self.rows["contacts.Leg"].append((
                self._programme, str(pk), str(member.pk), bulk.stamp(leg.start), bulk.stamp(leg.end),
                bulk.stamp(leg.wrapped), by if is_last else "transfer",
            ))  # fmt: skip
            self._event(leg.start, "contact.answered", public, actor, rep=member.agent_id)
            if visit.channel == "voice" and chance.random() < TOPICS[visit.topic].on_hold:
                self._hold(public, leg, chance)
            if not is_last:
                self._event(leg.end, "contact.transferred", public, actor, queue="main", to=None)
        return actor

    def _survey(self, pk: int, public: str, visit: Visit, story: Story, chance: Random) -> None:
        at = visit.ended + 8 + chance.expovariate(1 / 40)
        answered = story.rating is not None and at < self.month.end
        self.rows["feedback.Survey"].append((
            self._programme, str(pk), bulk.stamp(visit.ended),
            str(story.rating) if answered else bulk.NULL, bulk.truth(story.says_resolved if answered else None),
            bulk.free(story.comment) if answered else "", bulk.stamp(at) if answered else bulk.NULL,
        ))  # fmt: skip
        if answered:
            self._event(
                at, "survey.answered", public, "customer",
                rating=story.rating, resolved=story.says_resolved, has_comment=bool(story.comment),
            )  # fmt: skip

    def _whose(self, visit: Visit, public: str) -> str:
        """Return by what a contact is drawn where something is tried: who withholds the number, by itself."""
        if visit.customer >= 0:
            return str(UUID(self.customers[visit.customer][1]))
        return self._address(visit) if visit.channel == "chat" else str(UUID(public))

    def _shown(self, pk: int, public: str, visit: Visit, actor: str, variant: int) -> None:
        at = (visit.legs[-1].start + visit.legs[-1].end) / 2
        row = (self._programme, str(self.words.pk), str(pk), str(variant), bulk.stamp(at))
        self.rows["guides.WordsShown"].append(row)
        self._event(at, "words.tried", public, actor, trial=self.words.number, variant=variant)

    def _guide(self, pk: int, visit: Visit, story: Story, required: list[str], variant: int | None) -> None:
        leg = visit.legs[-1]
        pace = (leg.end - leg.start) / (len(required) + 1)
        done = required[: story.covered]
        by = f"member:{self.setting.reps[leg.rep].pk}"
        covered = {
            key: {"at": datetime.fromtimestamp(leg.start + pace * n, UTC).isoformat(), "by": by, "how": "hand"}
            for n, key in enumerate(done, start=1)
        }
        state = {"path": done, "at": max(0, len(done) - 1), "covered": covered, "skipped": {}, "results": {}}
        steps = {key: {"is_required": True, "came_to": "done" if key in covered else "open"} for key in required}
        version = self.setting.versions[TOPICS[visit.topic].key]
        why = "" if story.covered == len(required) else "The customer was in a hurry"
        self.rows["guides.Progress"].append((
            self._programme, str(pk), str(version.pk), bulk.stamp(visit.legs[0].start), bulk.data(state), "{}",
            "{}" if variant is None else bulk.data(self.words.kept(variant)), str(len(required)),
            str(story.covered), why, (*required, "end")[len(done)], bulk.data(steps),
        ))  # fmt: skip

    def _promise(self, pk: int, visit: Visit, story: Story, chance: Random) -> None:
        zone, public_id = self.setting.programme.zone, bulk.key(chance, visit.closed)
        made = datetime.fromtimestamp(visit.ended - 5, zone)
        due = (made + timedelta(days=story.promise_days)).date()
        noon = datetime(due.year, due.month, due.day, 12, tzinfo=zone).timestamp()
        due_by = datetime.combine(due + timedelta(days=1), time(), zone).timestamp()
        luck = chance.random()
        state = "kept" if luck < 0.8 else "late" if luck < 0.89 else "broken"
        about = noon - chance.uniform(0, 90_000) if state == "kept" else due_by + chance.uniform(5_000, 200_000)
        settled = min(max(made.timestamp() + 600, about), due_by) if state == "kept" else about
        is_settled = luck < 0.985 and settled < self.month.end
        rep, (customer, subject) = self._member(visit.legs[-1].rep), self.customers[visit.customer]
        topic, agent = TOPICS[visit.topic], self.setting.reps[visit.legs[-1].rep].agent_id
        is_partners = topic.partner_keeps and not visit.resolved
        self.rows["customers.Promise"].append((
            self._programme, public_id, str(customer), str(pk), "rep", rep,
            bulk.NULL if is_partners else rep, topic.promise_kind, story.promise,
            made.astimezone(UTC).isoformat(), due.isoformat(), bulk.stamp(due_by), state if is_settled else "open",
            bulk.stamp(settled) if is_settled else bulk.NULL, rep if is_settled else bulk.NULL,
            "note" if is_settled else "",
        ))  # fmt: skip
        self._event(
            made.timestamp(), "promise.made", subject, f"member:{rep}", promise=public_id, due_on=due.isoformat(),
            by="rep", kind=topic.promise_kind, origin="contact", product="",
            keeper="partner" if is_partners else agent,
        )  # fmt: skip
        if is_settled:
            self._event(
                settled,
                "promise.settled",
                subject,
                f"member:{rep}",
                promise=public_id,
                state=state,
                evidence="note",
            )

    def _look_back(self, visit: Visit, chance: Random) -> None:
        earlier, public = self.last[visit.customer]
        holds = chance.random() < 0.2
        words = "Holds, but something new came up." if holds else "Did not hold, the customer is back about it."
        rep, at = self._member(visit.legs[-1].rep), visit.legs[-1].start + 20
        self.rows["contacts.FollowUp"].append((
            self._programme, str(earlier), rep, bulk.stamp(at), bulk.truth(holds), words,
        ))  # fmt: skip
        self._event(at, "contact.followed_up", public, f"member:{rep}", holds=holds)

    def _message(self, pk: int, author: str, member: int | None, text: str, at: float, chance: Random) -> bulk.Row:
        sender = bulk.NULL if member is None else self._member(member)
        return (self._programme, str(pk), author, sender, bulk.free(text), bulk.key(chance, at), bulk.stamp(at))

    def _spans(self) -> Iterator[bulk.Row]:
        for number, doing, start, end in self.month.spans:
            yield self._programme, self._member(number), doing, bulk.stamp(start), bulk.stamp(end)


def is_over(visit: Visit, end: float) -> bool:
    """Say whether all of a contact's life lies before ``end``."""
    return (visit.closed if visit.legs else _end(visit)) < end


def _queued(visit: Visit) -> bool:
    return visit.queued != float("inf")


def _end(visit: Visit) -> float:
    """Return when the conversation ended, or when the customer left."""
    return visit.ended if visit.legs or not _queued(visit) else visit.gave_up
