"""Call-backs: booked for a time, put in line once when they are due, and tried again when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.roles import Right
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_in_hand, lock_contact
from rapport.customers.points import normal_phone
from rapport.events.actions import Happening, announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import promised
from rapport.routing.actions import abandon, enqueue, let_go, settle_call_back
from rapport.routing.call_back_queries import OPEN, call_back_of
from rapport.routing.events import CallBackBooked, CallBackDue, CallBackNotReached
from rapport.routing.floor_state import CALL_BACK_PREFIX
from rapport.routing.models import CallBack, Preferred
from rapport.routing.opening import room_for_call_back
from rapport.routing.preferred import prefer
from rapport.routing.queries import hours_of, queue_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

MOST_TRIES = 3
AGAIN_AFTER = timedelta(minutes=30)
FURTHEST = timedelta(days=30)
LATE = timedelta(minutes=1)  # a page, which tells whole minutes, is filled in while one passes
FEWEST_DIGITS = 6  # shorter ones are services, such as the police
ACTOR = "system"


@transaction.atomic
def book(
    *,
    member: Member,
    contact_id: UUID,
    phone: str,
    due_at: datetime,
    is_mine: bool,
    note: str = "",
    product: str = "",
) -> CallBack:
    """Book a call-back about the contact in hand, for the member or anyone, within the queue's hours.

    To a customer on file it is a promise too.
    """
    about = access_in_hand(member, contact_id, lock=True)
    if about.state not in ("active", "wrap_up"):
        raise Conflict("This contact is closed, so no call-back was booked.")
    number, note = normal_phone(phone), redaction.clean(note.strip())
    if len(note) > 300:
        raise Invalid("Keep the note under 300 characters.")
    now = clock.now()
    if not now.replace(second=0, microsecond=0) - LATE <= due_at <= now + FURTHEST:
        raise Invalid("Choose a time from now on, within thirty days.")
    hours = hours_of(about.programme, about.queue)
    if hours is not None and not hours.is_open(due_at):
        raise Invalid("Nobody is here at that time. Choose one within the hours of the queue.")
    owner = member if is_mine else None
    asked = CallBack(owner=owner, booked_by=member, phone=number, note=note, due_at=due_at)
    made = _put_on_file(about, asked)
    if made is asked:
        promised.promise_it(made, what=note, product=product)
    return made


@transaction.atomic
def keep_place(contact: Contact, *, phone: str) -> CallBack:
    """Let a waiting customer leave the page and be rung up in turn: the contact stays in its place."""
    contact = lock_contact(contact.pk)
    if contact.state != "waiting":
        raise Conflict("You are not waiting any more, so there is nobody to call.")
    asked = CallBack(contact=contact, phone=own_number(phone), due_at=clock.now(), state=CallBack.State.DUE)
    return _put_on_file(contact, asked)


@transaction.atomic
def leave_number(contact: Contact, *, phone: str) -> CallBack:
    """Let a customer who finds the queue closed or full be rung up when it is open, in the order left.

    Until then their contact waits outside the line. The same number again is the first one.
    """
    contact, number = lock_contact(contact.pk), own_number(phone)
    found = CallBack.objects.filter(about=contact, state__in=OPEN).first()
    if found is not None:
        if found.phone == number:
            return found
        raise Conflict("We have a number of yours for this already.")
    if contact.state != "arrived":
        raise Conflict("You are in line already, so there is no need to leave a number.")
    due_at = room_for_call_back(contact)
    one = _put_on_file(contact, CallBack(phone=number, due_at=due_at))
    if due_at <= clock.now():
        put_in_line(one.pk)
    return one


def own_number(phone: str) -> str:
    """Return a number that a customer gave as theirs; Invalid for none, and for those of services."""
    number = normal_phone(phone)
    if len(number.removeprefix("+")) < FEWEST_DIGITS:
        raise Invalid("Give your whole telephone number, with its area code.")
    return number


def due_call_backs(programme: Programme) -> list[int]:
    """Return the booked call-backs whose time has come."""
    due = CallBack.objects.filter(programme=programme, state=CallBack.State.BOOKED, due_at__lte=clock.now())
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def put_in_line(call_back_id: int) -> bool:
    """Make the contact of a call-back that is due; once, however often it is asked for."""
    about = CallBack.objects.filter(pk=call_back_id).values_list("about_id", flat=True).first()
    if about is not None:
        lock_contact(about)  # before the call-back, as everybody does
    one = (
        CallBack.objects.select_for_update(of=("self",))
        .select_related("about__customer", "about__reason", "programme", "owner__user")
        .filter(pk=call_back_id, state=CallBack.State.BOOKED, due_at__lte=clock.now())
        .first()
    )
    if one is None:
        return False
    if not one.phone:  # erased meanwhile
        _call_off(one, actor=ACTOR)
        return False
    if one.booked_by_id is None and _is_put_off(one):
        return False
    contact = _own_contact(one) or _new_contact(one)
    if one.owner is not None:
        prefer(contact, member=one.owner, why=Preferred.Why.CALL_BACK)
    one.contact, one.state = contact, CallBack.State.DUE
    one.save(update_fields=["contact", "state"])
    _tell(one, CallBackDue(call_back=str(one.public_id), contact=str(contact.public_id)), ACTOR)
    return True


def _is_put_off(one: CallBack) -> bool:
    """Put a call-back off to the next opening where its queue is closed now; say whether it was."""
    hours, now = hours_of(one.programme, queue_of(one.about)), clock.now()
    opens = hours.opens_at(now) if hours else None
    if opens is None or opens <= now:
        return False
    one.due_at = opens
    one.save(update_fields=["due_at"])
    promised.came_to(one)
    _tell_booked(one, ACTOR)
    return True


def _own_contact(one: CallBack) -> Contact | None:
    """Put the contact of who left a number in line, at the place of when they were to be; None where it was."""
    contact = lock_contact(one.about_id)
    if contact.state != "arrived":
        return None
    enqueue(contact, actor=ACTOR, at=max(one.due_at, contact.arrived_at))
    contact.refresh_from_db()
    return contact


def _new_contact(one: CallBack) -> Contact:
    contact, _ = contacts.arrive(
        programme=one.programme,
        channel="voice",
        direction="out",
        actor=ACTOR,
        address=one.phone,
        customer=one.about.customer,
        reason=one.about.reason,
        external_id=f"{CALL_BACK_PREFIX}{one.public_id}:{one.tries}",
    )
    enqueue(contact, queue=one.about.queue, actor=ACTOR)
    return contact


@transaction.atomic
def not_reached(*, member: Member, contact_id: UUID) -> CallBack:
    """Say that nobody answered: it is tried again half an hour later within the hours, three times in all."""
    contact = access_in_hand(member, contact_id, lock=True)
    one = call_back_of(contact, lock=True)
    if contact.state != "active" or one is None:
        raise Conflict("There is no call-back in your hands now. Reload to see how it stands.")
    one.tries += 1
    again = _next_time(one) if one.tries < MOST_TRIES else None
    one.state = CallBack.State.BOOKED if again else CallBack.State.GIVEN_UP
    one.due_at, one.contact = again or one.due_at, None
    one.save(update_fields=["tries", "state", "due_at", "contact"])
    promised.came_to(one)
    actor = f"member:{member.pk}"
    told = again.isoformat() if again else None
    _tell(one, CallBackNotReached(call_back=str(one.public_id), tries=one.tries, again_at=told), actor)
    contacts.end(contact, by="rep", actor=actor)
    contacts.close(contact, actor=actor, disposition=None, resolved=None)
    let_go(member, actor=actor)
    return one


@transaction.atomic
def call_off(*, member: Member, call_back_id: UUID) -> None:
    """Take a booked call-back back: whose it is, who booked it, or who may move contacts.

    Who left a number while the queue was closed stands in no line, so their contact ends with it.
    """
    found = CallBack.objects.filter(programme=member.programme, public_id=call_back_id)
    about = found.values_list("about_id", flat=True).first()
    if about is not None:
        lock_contact(about)  # before the call-back, as everybody does
    one = found.select_for_update(of=("self",)).select_related("about", "programme").first()
    if one is None or not (member.pk in (one.owner_id, one.booked_by_id) or member.may(Right.MOVE_CONTACTS)):
        raise NotFound
    if one.state != CallBack.State.BOOKED:
        raise Conflict("This call-back is not waiting for its time any more.")
    _call_off(one, actor=f"member:{member.pk}")


def call_off_promised(one: CallBack, *, actor: str) -> None:
    """End a call-back whose promise was settled; the caller got it of :func:`rapport.routing.promised.hold`."""
    _call_off(one, actor=actor)


def hand_promised(one: CallBack, *, owner: Member, actor: str) -> None:
    """Have who keeps the promise now make the call; the caller got it of :func:`rapport.routing.promised.hold`."""
    if promised.is_now_of(one, owner):
        _tell_booked(one, actor)


def _call_off(one: CallBack, *, actor: str) -> None:
    """End a booked call-back, with its contact where that stands in no line yet; the caller holds both locks."""
    if one.about.state == "arrived":
        abandon(one.about, actor=actor)
    else:
        settle_call_back(one, state=CallBack.State.CALLED_OFF, actor=actor)


def _put_on_file(about: Contact, one: CallBack) -> CallBack:
    one.programme, one.about = about.programme, about
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError as error:
        found = CallBack.objects.filter(about=about, state__in=OPEN).first()
        if found is None:
            raise
        same_time = one.booked_by is None or found.due_at == one.due_at
        if same_time and (found.phone, found.state) == (one.phone, one.state):
            return found  # the same page was sent twice
        raise Conflict("A call-back is booked for this contact already.") from error
    _tell_booked(one, f"member:{one.booked_by_id}" if one.booked_by_id else "customer")
    return one


def _tell_booked(one: CallBack, actor: str) -> None:
    rep = one.owner.agent_id if one.owner else None
    _tell(one, CallBackBooked(call_back=str(one.public_id), due_at=one.due_at.isoformat(), rep=rep), actor)


def _next_time(one: CallBack) -> datetime | None:
    """Return half an hour from now, or when its queue opens after that."""
    again = clock.now() + AGAIN_AFTER
    hours = hours_of(one.programme, one.about.queue)
    return again if hours is None else hours.opens_at(again)


def _tell(one: CallBack, happening: Happening, actor: str) -> None:
    announce(
        happening,
        programme=one.programme,
        subject=one.about.public_id,
        actor=actor,
        audience=[
            f"floor:{one.programme_id}",
            f"contact:{one.about.public_id}",
            *([f"member:{one.owner_id}"] if one.owner_id else []),
        ],
    )
