"""Reads of contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Avg, Case, Count, Exists, F, Func, Max, Min, OuterRef, Q, Value, When

from rapport.contacts.access import readable_by
from rapport.contacts.models import Channel, Contact, Disposition, FollowUp, Leg, Reason, State, Transfer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer

LONGEST = timedelta(days=1)  # nearly every contact is over sooner
REPEATED_WITHIN = timedelta(days=7)  # a contact for the same reason so soon after another is a repeated one
OUTCOMES = {
    "": Q(),
    "answered": Q(answered_at__isnull=False) & ~Q(state=State.ABANDONED),
    "abandoned": Q(state=State.ABANDONED),
    "left_before_queue": Q(state=State.LEFT),
    "self_served": Q(state=State.SERVED),
    "open": Q(state__in=[State.ARRIVED, State.WAITING, State.ACTIVE, State.WRAP_UP]),
}


class Confirmed(NamedTuple):
    """A contact that a rep wrapped up, and the reason it had then."""

    pk: int
    public_id: UUID
    reason: str


class ContactIds(NamedTuple):
    """What a contact is called: by us, by events and pages, and where it came from."""

    pk: int
    public_id: UUID
    external_id: str | None


def reasons_of(programme: Programme) -> list[Reason]:
    """Return the reasons a customer may choose from."""
    return list(Reason.objects.filter(programme=programme, is_offered=True).order_by("id"))


def reason_by_key(programme: Programme, key: str) -> Reason | None:
    """Return the programme's reason with this key."""
    return Reason.objects.filter(programme=programme, key=key).first()


def dispositions_for(contact: Contact) -> list[Disposition]:
    """Return the few dispositions that fit the contact's reason, its own before the general ones."""
    fitting = Q(reason=None) | Q(reason=contact.reason_id)
    return list(Disposition.objects.filter(fitting, programme=contact.programme).order_by("position", "id"))


def dispositions_of(programme: Programme) -> list[Disposition]:
    """Return all dispositions of the programme, with their reasons."""
    rows = Disposition.objects.select_related("reason").filter(programme=programme)
    return list(rows.order_by("position", "id"))


def reasons_with_disposition(programme: Programme, key: str) -> list[str]:
    """Return the keys of the reasons that can end with this disposition of their own."""
    own = Disposition.objects.filter(programme=programme, key=key, reason__isnull=False)
    return list(own.values_list("reason__key", flat=True))


def waiting_in(
    programme: Programme, *, among: Collection[int] | None = None, placed_until: datetime | None = None
) -> list[Contact]:
    """Return the programme's waiting contacts, longest first by place (all, among these ids, or placed until)."""
    waiting = Contact.objects.select_related("customer", "segment", "reason").filter(
        programme=programme, state=State.WAITING
    )
    if among is not None:
        waiting = waiting.filter(pk__in=among)
    if placed_until is not None:
        waiting = waiting.filter(placed_at__lte=placed_until)
    return list(waiting.order_by("placed_at", "id"))


def line_in(programme: Programme) -> tuple[int, datetime | None]:
    """Return how many contacts wait on the programme, and since when the longest does."""
    waiting = Contact.objects.filter(programme=programme, state=State.WAITING)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("queued_at"))
    return found["count"], found["oldest"]


def waiting_ids(programme: Programme) -> list[tuple[int, str, str | None]]:
    """Return the programme's waiting contacts: id, channel, external id."""
    waiting = Contact.objects.filter(programme=programme, state=State.WAITING)
    return list(waiting.values_list("pk", "channel", "external_id"))


def held_by(member: Member) -> list[Contact]:
    """Return what the member is talking to or wrapping up, the one answered last on top."""
    return list(
        Contact.objects.select_related("customer__segment", "segment", "reason", "programme", "rep__user")
        .filter(rep=member, state__in=[State.ACTIVE, State.WRAP_UP])
        .order_by("-answered_at", "-pk")
    )


def in_hands(programme_id: int, *, reps: Collection[int] | None = None) -> list[tuple[int, str, bool]]:
    """Return what reps (all, or these) have in hand, as rep, channel, and whether the conversation is over.

    A wrap-up whose clock stopped, since its rep was lost, is not among them.
    """
    running = Exists(Leg.objects.filter(contact=OuterRef("pk"), wrapped_at__isnull=True))
    held = Contact.objects.filter(
        Q(state=State.ACTIVE) | running,
        programme=programme_id,
        rep__isnull=False,
        state__in=[State.ACTIVE, State.WRAP_UP],
    )
    if reps is not None:
        held = held.filter(rep__in=reps)
    return [
        (rep, channel, state == State.WRAP_UP)
        for rep, channel, state in held.values_list("rep", "channel", "state")
    ]


def held_since(contact: Contact, member: Member) -> datetime | None:
    """Return since when the member has had this contact without a break; None where another has it, or nobody."""
    if contact.rep_id != member.pk or contact.state not in (State.ACTIVE, State.WRAP_UP):
        return None
    return Leg.objects.filter(contact=contact).order_by("-pk").values_list("started_at", flat=True).first()


def contact_ids_in_wrap_up(programme: Programme, *, ended_before: datetime) -> list[int]:
    """Return the contacts still in wrap-up so long after the conversation."""
    late = Contact.objects.filter(programme=programme, state=State.WRAP_UP, ended_at__lt=ended_before)
    return list(late.order_by("pk").values_list("pk", flat=True))


def in_hand_in(programme: Programme) -> dict[int, list[Contact]]:
    """Return the contacts that reps talk to or wrap up now, by the rep's id, the one answered first on top."""
    held = (
        Contact.objects.select_related("customer", "segment", "reason")
        .filter(programme=programme, rep__isnull=False, state__in=[State.ACTIVE, State.WRAP_UP])
        .order_by("answered_at", "id")
    )
    by_rep: defaultdict[int, list[Contact]] = defaultdict(list)
    for one in held:
        if one.rep_id is not None:
            by_rep[one.rep_id].append(one)
    return dict(by_rep)


def call_ids_going_on(programme: Programme, *, since_before: datetime) -> list[int]:
    """Return the calls that began so long ago and have not ended, as far as was told."""
    going_on = Contact.objects.filter(
        programme=programme,
        channel=Channel.VOICE,
        state__in=[State.ARRIVED, State.WAITING, State.ACTIVE],
        arrived_at__lt=since_before,
    ).exclude(direction="out", state=State.WAITING)
    return list(going_on.order_by("pk").values_list("pk", flat=True))


def unit_of(contact: Contact) -> str:
    """Return by what a contact is drawn where something is tried: its customer, else its address, else itself."""
    if contact.customer:
        return str(contact.customer.public_id)
    tells_who = any(sign == "@" or sign.isdigit() for sign in contact.address)  # "anonymous" is not one customer
    return contact.address if tells_who else str(contact.public_id)


def has_open_about(customer: Customer, reasons: Collection[str]) -> bool:
    """Say whether a contact of the customer about one of these reasons is not over yet."""
    rows = Contact.objects.filter(customer=customer, reason__key__in=reasons)
    return rows.filter(state__in=[State.ARRIVED, State.WAITING, State.ACTIVE, State.WRAP_UP]).exists()


def last_contact_before(contact: Contact) -> Contact | None:
    """Return the customer's last answered contact before this one, whoever handled it, to comment on and check."""
    if contact.customer_id is None:
        return None
    return (
        Contact.objects.select_related("reason", "disposition", "rep__user", "programme")
        .filter(
            programme=contact.programme_id,
            customer=contact.customer_id,
            answered_at__isnull=False,
            arrived_at__lt=contact.arrived_at,
        )
        .exclude(pk=contact.pk)
        .order_by("-arrived_at")
        .first()
    )


def former_of(contact: Contact, *, within: timedelta) -> Contact | None:
    """Return the handled contact with which this one goes on: the customer's last one for the reason."""
    if not within or contact.customer_id is None or contact.reason_id is None or contact.direction != "in":
        return None
    return (
        Contact.objects.only("public_id", "rep")
        .filter(
            programme=contact.programme_id,
            customer=contact.customer_id,
            reason=contact.reason_id,
            direction="in",
            state__in=[State.WRAP_UP, State.CLOSED],
            answered_at__isnull=False,
            arrived_at__gte=contact.arrived_at - within - LONGEST,  # by the index
            ended_at__gte=contact.arrived_at - within,
        )
        .exclude(pk=contact.pk)
        .order_by("-ended_at", "-pk")
        .first()
    )


def followed_by(contact: Contact) -> Contact | None:
    """Return the former contact that this one goes on with, if it does."""
    if contact.follows_id is None:
        return None
    return Contact.objects.select_related("rep__user").filter(pk=contact.follows_id).first()


def last_transfer(contact: Contact) -> Transfer | None:
    """Return the latest hand-over of the contact, done or asked for."""
    return Transfer.objects.select_related("rep__user", "to__user").filter(contact=contact).order_by("-pk").first()


def open_transfer(contact: Contact, *, to: Member) -> Transfer | None:
    """Return the hand-over for which the member was asked and that has not been made."""
    return Transfer.objects.filter(contact=contact, to=to, done_at__isnull=True).order_by("-pk").first()


def legs_of(contact: Contact) -> list[Leg]:
    """Return the stretches the contact spent with reps, in order."""
    return list(Leg.objects.select_related("rep").filter(contact=contact).order_by("pk"))


def note_left(contact: Contact) -> Transfer | None:
    """Return what the rep on a call has noted for whoever has it next, and the colleague they ask just now."""
    return (
        Transfer.objects.select_related("to__user")
        .filter(contact=contact, rep=contact.rep_id, done_at__isnull=True)
        .order_by("-pk")
        .first()
    )


def asked_of(member: Member) -> list[Transfer]:
    """Return the calls about which colleagues ask the member on the telephone just now, with their notes."""
    return list(
        Transfer.objects.select_related("rep__user", "contact__reason").filter(
            to=member,
            done_at__isnull=True,
            rep=F("contact__rep"),
            contact__state=State.ACTIVE,
            contact__channel=Channel.VOICE,
        )
    )


def handed_on_by(contact_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Return the reps who handed these contacts on, as pairs of contact and rep."""
    done = Transfer.objects.filter(contact__in=list(contact_ids), done_at__isnull=False, rep__isnull=False)
    return list(done.values_list("contact_id", "rep_id"))


def was_handed_on(contact: Contact) -> bool:
    """Say whether the contact's last rep handed it on, rather than got lost."""
    last = Leg.objects.filter(contact=contact).order_by("-pk").values_list("ended_by", flat=True).first()
    return last == "transfer"


def confirmed_reasons(programme: Programme, *, channel: str, most: int) -> list[Confirmed]:
    """Return the newest contacts of a channel that a rep wrapped up with an outcome, and their reasons."""
    found = Contact.objects.filter(
        programme=programme, channel=channel, state=State.CLOSED, reason__isnull=False, disposition__isnull=False
    )
    rows = found.order_by("-arrived_at", "-pk").values_list("pk", "public_id", "reason__key")
    return [Confirmed(*row) for row in rows[:most]]


def repeated_among(listed: Iterable[Contact]) -> set[int]:
    """Return the ids of those contacts whose customer came for the same reason within the week before."""
    earlier = Contact.objects.filter(
        programme=OuterRef("programme"),
        customer=OuterRef("customer"),
        reason=OuterRef("reason"),
        arrived_at__lt=OuterRef("arrived_at"),
        arrived_at__gte=OuterRef("arrived_at") - REPEATED_WITHIN,
    )
    found = Contact.objects.filter(Exists(earlier), pk__in=[one.pk for one in listed], reason__isnull=False)
    return set(found.values_list("pk", flat=True))


def history_of(customer: Customer, *, limit: int = 10) -> list[Contact]:
    """Return the customer's latest contacts, newest first, whoever handled them.

    They are part of the file of a customer, for who has the customer in hand, and not for lists of contacts, which
    go by ``readable_by``.
    """
    return list(
        Contact.objects.select_related("reason", "disposition", "rep__user")
        .filter(programme=customer.programme_id, customer=customer)
        .order_by("-arrived_at")[:limit]
    )


def last_arrivals(programme: Programme, customers: Iterable[int]) -> dict[int, datetime]:
    """Return when each of the customers (ids) had their last contact."""
    found = Contact.objects.filter(programme=programme, customer__in=list(customers))
    rows = found.values_list("customer_id").annotate(last=Max("arrived_at"))
    return {customer: last for customer, last in rows if customer is not None}


def follow_ups_of(contact: Contact) -> list[FollowUp]:
    """Return the looks back at a contact, newest first."""
    return list(FollowUp.objects.select_related("member__user").filter(contact=contact).order_by("-at"))


def listed(
    programme: Programme, *, member: Member | None = None, after: int = 0, limit: int = 100
) -> list[Contact]:
    """Return a page of the programme's contacts in the order they were opened, behind the cursor ``after``.

    With a ``member``, those that they may read; without, all, for a program.
    """
    return list(
        Contact.objects.select_related("customer", "segment", "reason", "rep", "disposition")
        .filter(readable_by(member) if member else Q(), programme=programme, pk__gt=after)
        .order_by("pk")[:limit]
    )


def mean_handle_seconds(programme: Programme, *, since: datetime) -> float | None:
    """Return the mean time from answer to end of conversation of contacts ended since; None where none was."""
    lately = Contact.objects.filter(
        programme=programme,
        arrived_at__gte=since - LONGEST,  # by the index on arrivals
        ended_at__gte=since,
        answered_at__isnull=False,
    )
    mean = lately.aggregate(mean=Avg(F("ended_at") - F("answered_at")))["mean"]
    return mean.total_seconds() if mean is not None else None


def known_external_ids(programme: Programme, ids: Iterable[str]) -> set[str]:
    """Return those of the ids that contacts of the programme have."""
    found = Contact.objects.filter(programme=programme, external_id__in=list(ids))
    return {external_id for external_id in found.values_list("external_id", flat=True) if external_id}


def put_on_file_between(programme: Programme, first: UUID, last: UUID) -> list[int]:
    """Return the contacts of the programme whose public ids, which tell when they were made, are between these."""
    found = Contact.objects.filter(programme=programme, public_id__range=(first, last))
    return list(found.order_by("pk").values_list("pk", flat=True))


def reason_names(programme: Programme) -> dict[str, str]:
    """Return the names of all reasons of the programme by key."""
    return dict(Reason.objects.filter(programme=programme).values_list("key", "name"))


def arrived_between(
    member: Member,
    start: datetime,
    end: datetime,
    *,
    outcome: str = "",
    disposition: str = "",
    before: UUID | None = None,
    limit: int = 100,
) -> list[Contact]:
    """Return the newest contacts of [start, end) that the member may read, those before the one given.

    ``outcome`` is one of OUTCOMES, ``disposition`` a key; empty is any.
    """
    found = Contact.objects.select_related("customer", "segment", "reason", "disposition", "rep__user").filter(
        OUTCOMES[outcome],
        readable_by(member),
        programme=member.programme,
        arrived_at__gte=start,
        arrived_at__lt=end,
    )
    if disposition:
        found = found.filter(disposition__key=disposition)
    last = Contact.objects.filter(programme=member.programme, public_id=before).first() if before else None
    if last is not None:
        found = found.filter(Q(arrived_at__lt=last.arrived_at) | Q(arrived_at=last.arrived_at, pk__lt=last.pk))
    return list(found.order_by("-arrived_at", "-pk")[:limit])


def is_open_with(customer: Customer) -> bool:
    """Say whether a contact with the customer goes on: waiting, talking, or not wrapped up."""
    return Contact.objects.filter(OUTCOMES["open"], programme=customer.programme_id, customer=customer).exists()


def ids_of(programme: Programme, customers: Iterable[int], addresses: Iterable[str]) -> list[ContactIds]:
    """Return the contacts of customers, and those from their addresses of which nobody knew whose they were."""
    theirs = Q(customer__in=list(customers)) | Q(customer__isnull=True, plain__in=list(addresses))
    digits = Func(F("address"), Value(r"[\s()./-]"), Value(""), Value("g"), function="regexp_replace")
    phone = Func(digits, Value("^00"), Value("+"), function="regexp_replace")
    found = Contact.objects.annotate(plain=Case(When(channel=Channel.VOICE, then=phone), default=F("address")))
    rows = found.filter(theirs, programme=programme).order_by("pk")
    return [ContactIds(*row) for row in rows.values_list("pk", "public_id", "external_id")]


def customers_heard_since(programme: Programme, instant: datetime) -> QuerySet[Contact, int | None]:
    """Return the ids of the customers who had a contact since, for a query to leave out."""
    since = Contact.objects.filter(programme=programme, arrived_at__gte=instant, customer__isnull=False)
    return since.values_list("customer_id", flat=True)


def of_known_customers(programme: Programme) -> QuerySet[Contact]:
    """Return the programme's contacts of which it is known whose they are, for a query to choose by."""
    return Contact.objects.filter(programme=programme, customer__isnull=False)


def going_on(programme: Programme) -> QuerySet[Contact]:
    """Return the contacts that wait, talk or are not wrapped up, and whose customer is known; for a query."""
    return of_known_customers(programme).filter(OUTCOMES["open"])


def handled_between(programme: Programme, start: datetime, end: datetime) -> QuerySet[Contact]:
    """Return the contacts that came in [start, end), had a rep and are closed; for a query to choose by."""
    return Contact.objects.filter(
        programme=programme,
        state=State.CLOSED,
        rep__isnull=False,
        answered_at__isnull=False,
        arrived_at__gte=start,
        arrived_at__lt=end,
    )


def closed_between(programme: Programme, start: datetime, end: datetime) -> QuerySet[Contact]:
    """Return the contacts that had a rep and were closed in [start, end); for a query to choose by."""
    return Contact.objects.filter(
        programme=programme,
        state=State.CLOSED,
        rep__isnull=False,
        answered_at__isnull=False,
        closed_at__gte=start,
        closed_at__lt=end,
    )


def reasons_between(programme: Programme, start: datetime, end: datetime) -> list[tuple[str, int]]:
    """Return what contacts of [start, end) were about, by name and number, the most frequent first."""
    rows = Contact.objects.filter(
        programme=programme, reason__isnull=False, arrived_at__gte=start, arrived_at__lt=end
    )
    counted = rows.values("reason__name").annotate(n=Count("pk")).order_by("-n", "reason__name")
    return list(counted.values_list("reason__name", "n"))
