"""What the desk shows, gathered from the modules below."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rapport.channels.chat.queries import lines_since, messages_of, unanswered_in
from rapport.channels.cti.queries import held_since
from rapport.coaching.queries import next_within_a_day
from rapport.contacts import queries as contacts
from rapport.customers import queries as customers
from rapport.customers.book_queries import OwnRepNow, own_rep_of
from rapport.customers.consent.queries import bars_of
from rapport.customers.promises import queries as promises
from rapport.customers.promises.wording import Standing, standing
from rapport.customers.sales.queries import Sold, sales_of
from rapport.desk.leaving_now import LeavingNow, leaving_of
from rapport.drafts import queries as drafts
from rapport.guides import queries as guides
from rapport.guides.library import queries as library
from rapport.insight import queries as insight
from rapport.kit import clock
from rapport.offers.leaving.queries import overdue_requests
from rapport.prompts.wrapping import Suggested, suggested_for
from rapport.quality.monitoring.queries import Beside, beside
from rapport.recognition.staff.queries import is_asked
from rapport.routing import call_back_queries as call_backs
from rapport.routing import presence as floor
from rapport.routing import queries as routing
from rapport.routing.gates import Closed, gate_of, notices_of
from rapport.routing.trace import told_to_rep

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.coaching.models import OneToOne
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer
    from rapport.drafts.models import Draft
    from rapport.guides.definition.rules import Step
    from rapport.guides.library.queries import Live
    from rapport.insight.figures import Figure

MOST_REBUTTALS = 3  # of one objection, at its step
SOON = timedelta(days=120)  # a holding that ends within is pointed out
DAY_FIGURES = ("contacts_answered", "resolution_by_customers", "satisfaction", "saves_claimed")
CHOICES = {
    "available": "Available",
    "break": "Break",
    "meal": "Meal",
    "meeting": "Meeting",
    "training": "Training",
    "coaching": "Coaching",
    "offline": "Offline",
}
AT_WORK = {"reserved": "Ringing", "on_contact": "On a contact", "wrap_up": "Wrap-up"}
WORDS = {**CHOICES, **AT_WORK, "not_responding": "Not responding"}


@dataclass(frozen=True, slots=True)
class PresenceView:
    """What the rep does, since when, what comes next, and what they may choose."""

    doing: str
    since: datetime | None
    after: str
    choices: tuple[tuple[str, str], ...]
    gate: Closed | None
    notices: list[str]

    @property
    def words(self) -> str:
        """The state as people say it."""
        return WORDS[self.doing]

    @property
    def next_words(self) -> str:
        """What comes after the contact, where it is not to be available again."""
        waits = self.doing in AT_WORK and self.after in CHOICES and self.after != "available"
        return WORDS[self.after] if waits else ""

    @property
    def is_paused(self) -> bool:
        """Whether nothing new rings, since something that rang beside the work in hand was not taken."""
        return self.doing in AT_WORK and self.after == "not_responding"


@dataclass(frozen=True, slots=True)
class Line:
    """The queue as a rep sees it: how many wait, and since when the longest does."""

    waiting: int
    longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """Everything on file that a rep needs at a glance."""

    customer: Customer
    today: date
    points: list[Any] = field(default_factory=list)
    sealed: list[Any] = field(default_factory=list)
    holdings: list[Any] = field(default_factory=list)
    bars: list[Any] = field(default_factory=list)
    promises: list[Standing] = field(default_factory=list)
    failed: list[Standing] = field(default_factory=list)
    sales: list[Sold] = field(default_factory=list)
    history: list[Contact] = field(default_factory=list)
    own_rep: OwnRepNow | None = None

    @property
    def years(self) -> int | None:
        """Whole years with the partner, where known."""
        since = self.customer.customer_since
        return (self.today - since).days // 365 if since else None

    def sealed_with(self, holding: Any = None) -> list[Any]:
        """Return the masked values of a holding, or the customer's own."""
        return [one for one in self.sealed if one.holding_id == (holding.pk if holding else None)]

    @property
    def products(self) -> list[tuple[str, str]]:
        """The products the customer has, to choose from."""
        return [(one, one) for one in dict.fromkeys(held.product for held in self.holdings)]

    @property
    def due_promises(self) -> int:
        """How many promises are due today or overdue."""
        return sum(one.tone != "idle" for one in self.promises)

    def ends_soon(self, ends_on: date | None) -> bool:
        """Say whether something that ends on this day should be pointed out."""
        return ends_on is not None and ends_on - self.today <= SOON


@dataclass(frozen=True, slots=True)
class LastTime:
    """The customer's last contact, and what was found out about it since."""

    contact: Contact
    follow_ups: list[Any]


@dataclass(frozen=True, slots=True)
class Handed:
    """How a contact came on from another rep: what they noted, and the colleague who is being asked now."""

    last: Any
    asked: Any
    follows: Contact | None

    @property
    def refused(self) -> bool:
        """Whether the colleague who was asked last did not take over."""
        return self.last is not None and self.last.done_at is None and self.asked is None


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call in hand: the note for whoever has it next and who is asked, and since when it is on hold."""

    left: Any
    held_since: datetime | None


@dataclass(frozen=True, slots=True)
class WaysOn:
    """To whom the contact in hand can be handed on."""

    colleagues: list[routing.Colleague]
    queues: list[routing.QueueNow]


@dataclass(frozen=True, slots=True)
class Ringing:
    """A contact that rings, and what the rep should know before they take it."""

    offer: Any
    why: str
    said: list[Any]
    handed: Handed
    call_back: Any


@dataclass(frozen=True, slots=True)
class InHand:
    """One of several contacts in hand: how many messages wait for an answer, and since when the first does."""

    contact: Contact
    is_shown: bool
    unanswered: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Strip:
    """What is in hand beside what the columns show, the one taken first on the left; and how much may be."""

    held: list[InHand]
    room: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Lines of a chat, and whether its customer's page has been silent for a while."""

    lines: list[Any] = field(default_factory=list)
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class GuideNow:
    """Where a contact in hand is in its guide, and what the library has for the step."""

    contact: Contact
    guide: guides.GuideView | None
    step_help: list[Live]
    last: LastTime | None


@dataclass(frozen=True, slots=True)
class Work:
    """The desk's three columns: the contact that is shown, or else the one that rings, fills them."""

    presence: PresenceView
    ringing: Ringing | None = None
    strip: Strip | None = None
    contact: Contact | None = None
    since: datetime | None = None
    why: str = ""
    file: CustomerFile | None = None
    last: LastTime | None = None
    guide: guides.GuideView | None = None
    step_help: list[Live] = field(default_factory=list)
    talk: Talk = field(default_factory=Talk)
    reasons: list[Any] = field(default_factory=list)
    dispositions: list[Any] = field(default_factory=list)
    wrap_up_until: datetime | None = None
    suggested: Suggested | None = None
    call_back: Any = None
    booked: Any = None
    call_backs: list[Any] = field(default_factory=list)
    handed: Handed | None = None
    ways_on: WaysOn | None = None
    call: CallNow | None = None
    asked_of: list[Any] = field(default_factory=list)
    day: dict[str, Figure] = field(default_factory=dict)
    promised: list[Standing] = field(default_factory=list)
    overdue_requests: tuple[int, datetime | None] = (0, None)
    is_asked: bool = False
    one_to_one: OneToOne | None = None
    has_drafts: bool = False
    draft: Draft | None = None
    leaving: LeavingNow | None = None
    beside: Beside = field(default_factory=Beside)

    @property
    def shown(self) -> Contact | None:
        """The contact the columns are about."""
        return self.contact or (self.ringing.offer.contact if self.ringing else None)


def presence_of(member: Member) -> PresenceView:
    """Return what the member does and may choose."""
    found = floor.presence_of(member)
    return PresenceView(
        doing=found.doing if found else "offline",
        since=found.since if found else None,
        after=found.after if found else "available",
        choices=tuple(CHOICES.items()),
        gate=gate_of(member),
        notices=notices_of(member),
    )


def line_of(member: Member) -> Line:
    """Return how long the programme's queue is."""
    return Line(*contacts.line_in(member.programme))


def day_of(member: Member) -> dict[str, Figure]:
    """Return the member's own figures of today, as the metric registry counts them."""
    today = clock.now().astimezone(member.programme.zone).date()
    [mine] = insight.metrics(member.programme, DAY_FIGURES, today, today, rep=member.agent_id)
    return dict(mine.figures) if any(one.numerator or one.denominator for one in mine.figures.values()) else {}


def work_of(member: Member, *, wanted: UUID | None = None) -> Work:
    """Return everything the desk shows now; of several contacts in hand the ``wanted`` one fills the columns."""
    doing, ringing = presence_of(member), _ringing(member)
    held = contacts.held_by(member)
    if shown := _shown_of(held, wanted):
        strip = _strip(member, held, shown) if ringing or len(held) > 1 else None
        return _with_contact(member, shown, doing, ringing, strip)
    if ringing:
        about = ringing.offer.contact
        return Work(doing, ringing, file=_file(about), last=_last(about))
    return Work(
        doing,
        day=day_of(member),
        promised=[standing(one) for one in promises.kept_by(member, limit=8)],
        asked_of=contacts.asked_of(member),
        call_backs=call_backs.call_backs_of(member),
        overdue_requests=overdue_requests(member.programme),
        is_asked=is_asked(member),
        one_to_one=next_within_a_day(member),
    )


def _ringing(member: Member) -> Ringing | None:
    offer = routing.open_offer_to(member)
    if offer is None:
        return None
    about = offer.contact
    return Ringing(
        offer,
        why=told_to_rep(offer.words),
        said=messages_of(about)[:1] if about.channel == "chat" else [],
        handed=_handed(about),
        call_back=call_backs.call_back_of(about),
    )


def _strip(member: Member, held: list[Contact], shown: Contact) -> Strip:
    unanswered = unanswered_in(one for one in held if one.state == "active")
    first_taken_first = [
        InHand(one, one.pk == shown.pk, *unanswered.get(one.pk, (0, None))) for one in reversed(held)
    ]
    return Strip(first_taken_first, routing.room_of(member))


def _with_contact(
    member: Member, contact: Contact, doing: PresenceView, ringing: Ringing | None, strip: Strip | None
) -> Work:
    now = guide_now(member, contact)
    is_chat = contact.channel == "chat"
    is_over = contact.state == "wrap_up"
    has_drafts = is_chat and drafts.is_on(member.programme)
    allowed = timedelta(seconds=member.programme.wrap_up_seconds)
    return Work(
        doing,
        ringing,
        strip,
        contact,
        since=contacts.held_since(contact, member),
        why=told_to_rep(routing.why_here(contact)),
        file=_file(contact),
        last=now.last,
        guide=now.guide,
        step_help=now.step_help,
        talk=talk_of(contact) if is_chat else Talk(),
        reasons=contacts.reasons_of(member.programme),
        dispositions=contacts.dispositions_for(contact) if is_over else [],
        wrap_up_until=contact.ended_at + allowed if is_over and contact.ended_at else None,
        suggested=suggested_for(contact, now.guide) if is_over else None,
        handed=_handed(contact),
        call_back=call_backs.call_back_of(contact),
        booked=call_backs.booked_about(contact),
        ways_on=_ways_on(member) if is_chat and not is_over else None,
        call=CallNow(contacts.note_left(contact), held_since(contact)) if not is_chat and not is_over else None,
        asked_of=contacts.asked_of(member),
        has_drafts=has_drafts,
        draft=drafts.draft_of(contact) if has_drafts else None,
        leaving=leaving_of(contact),
        beside=beside(contact),
    )


def guide_now(member: Member, contact: Contact) -> GuideNow:
    """Return where the contact is in its guide as the member sees it."""
    guide = guides.guide_of(contact, member=member)
    help_now = _step_help(contact, guide.view.current.step) if guide and guide.view.current else []
    return GuideNow(contact, guide, help_now, _last(contact))


def talk_of(contact: Contact, *, shown: int = 0) -> Talk:
    """Return the contact's chat, or what a page lacks of it that shows it up to the message ``shown``."""
    lines, is_away = lines_since(contact, shown)
    return Talk(lines, contact.state == "active" and is_away)


def strip_of(member: Member, *, wanted: UUID | None) -> Strip | None:
    """Return what is in hand beside the ``wanted`` contact; None where nothing is in hand."""
    held = contacts.held_by(member)
    shown = _shown_of(held, wanted)
    return _strip(member, held, shown) if shown else None


def _shown_of(held: list[Contact], wanted: UUID | None) -> Contact | None:
    return next((one for one in held if one.public_id == wanted), held[0] if held else None)


def _step_help(contact: Contact, step: Step) -> list[Live]:
    """Return what the library has for the step: what it names, then what answers its objections."""
    keys = [*step.rebuttals, *step.articles]
    found = {one.key: one for one in library.live_among(contact.programme, keys, contact=contact)}
    for objection in step.objections:
        for one in library.rebuttals_of(contact.programme, objection, contact=contact)[:MOST_REBUTTALS]:
            found.setdefault(one.key, one)
    return list(found.values())


def _handed(contact: Contact) -> Handed:
    asked = routing.open_offer_of(contact) if contact.state == "active" else None
    return Handed(contacts.last_transfer(contact), asked, contacts.followed_by(contact))


def _ways_on(member: Member) -> WaysOn:
    return WaysOn(routing.colleagues_of(member), routing.queues_for(member.programme, "chat"))


def _file(contact: Contact) -> CustomerFile | None:
    customer = contact.customer
    if customer is None:
        return None
    if not customer.is_active:
        return CustomerFile(customer=customer, today=clock.now().astimezone(contact.programme.zone).date())
    return CustomerFile(
        customer=customer,
        points=customers.points_of(customer),
        sealed=customers.sealed_of(customer),
        holdings=customers.holdings_of(customer),
        bars=bars_of(customer),
        promises=[standing(one) for one in promises.open_promises_of(customer)],
        failed=[standing(one) for one in promises.failed_of(customer)],
        sales=sales_of(customer),
        history=[one for one in contacts.history_of(customer) if one.pk != contact.pk],
        own_rep=own_rep_of(customer),
        today=clock.now().astimezone(contact.programme.zone).date(),
    )


def _last(contact: Contact) -> LastTime | None:
    if contact.customer is not None and not contact.customer.is_active:
        return None
    last = contacts.last_contact_before(contact)
    return LastTime(last, contacts.follow_ups_of(last)) if last else None
