"""Writes of choices: chosen once, put on the table, turned down or accepted, learnt from.

Callers have fetched the contact by the gate that lets them act on it; what is on its page is changed with the
contact's row locked.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from rapport.contacts.access import lock_contact
from rapport.contacts.actions import audience_of
from rapport.customers.queries import holdings_of
from rapport.events.actions import Happening, announce
from rapport.guides.definition.known import SLOTS
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.ids import new_id
from rapport.kit.money import money
from rapport.kit.often import OneOf
from rapport.offers import events
from rapport.offers.catalogue import allowance
from rapport.offers.catalogue.definition import Offer, offer_kept
from rapport.offers.catalogue.queries import Live, live_offers, month_of, rules_of
from rapport.offers.choosing import policy
from rapport.offers.choosing.layers import Candidate, Removed, sift
from rapport.offers.choosing.learning import NONE, Learnt
from rapport.offers.choosing.queries import learnt_of, may_grant
from rapport.offers.choosing.situations import Whose, situation, whose
from rapport.offers.fulfilling import asking
from rapport.offers.leaving.actions import offer_counts
from rapport.offers.leaving.queries import attempt_of
from rapport.offers.models import Cancellation, Choice, OfferVersion, Presentation, SaveAttempt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

State, Hold, Leave, Why = Presentation.State, Presentation.Hold, Presentation.Leave, Presentation.Why


@transaction.atomic
def choose(*, member: Member, contact: Contact, slot: str) -> Choice | None:
    """Return what is chosen for a slot, once for each reason; None before it is known who it is, and why they go.

    A wish to leave is heard first: nothing is chosen to save anybody whose reason nobody asked for.
    """
    if slot not in SLOTS:
        raise Invalid("There is no such slot of offers.")
    attempt = _attempt(contact)
    if contact.customer is None or not contact.customer.is_active:
        return None
    if slot == "save" and (attempt is None or attempt.reason is None):
        return None
    contact = lock_contact(contact.pk)
    of = whose(contact, attempt)
    last = Choice.objects.filter(contact=contact, slot=slot, replaced=False).first()
    if last is not None and _stands(last, of, attempt):
        return last
    if last is not None:
        last.replaced = True
        last.save(update_fields=["replaced"])
    return _choose(member, contact, slot, of, attempt, last.number + 1 if last else 1)


@transaction.atomic
def present(*, member: Member, contact: Contact, presentation: UUID) -> Presentation:
    """Put an offer on the table, as the rep tells the customer of it: stock and budget are held from now on.

    Conflict where it is beyond the rep's authority, not fair any more, or nothing is left of it.
    """
    row = _locked(contact, presentation)
    if row.state == State.OFFERED:
        return row
    if row.state != State.SHOWN:
        raise Conflict("They have answered to this offer already.")
    offer, attempt = _offer(row), row.choice.attempt
    if row.leave != Leave.GIVEN and not may_grant(member, offer, row.choice.value):
        raise Conflict("This is more than you may grant. Ask a supervisor for leave first.")
    actor = f"member:{member.pk}"
    if attempt is not None:
        offer_counts(attempt=attempt, offer=row.offer.key, actor=actor)
    _hold(row, offer)
    row.state, row.member, row.offered_at = State.OFFERED, member, clock.now()
    row.save()
    told = events.OfferPresented(**_told(row), propensity=round(row.chance, 6), policy=row.choice.policy)
    _tell(row, told, actor)
    return row


@transaction.atomic
def turn_down(*, member: Member, contact: Contact, presentation: UUID, why: str) -> Presentation:
    """Note that the customer does not want it, and why; what was held for it is free again."""
    row = _locked(contact, presentation)
    if row.state == State.REFUSED:
        return row
    if row.state != State.OFFERED:
        raise Conflict(
            "Say first that you offered it." if row.state == State.SHOWN else "They accepted it already."
        )
    if why not in Why.values:
        raise Invalid("Choose why they do not want it.")
    _let_go(row)
    row.state, row.why, row.answered_at = State.REFUSED, why, clock.now()
    row.save()
    _tell(row, events.OfferTurnedDown(**_told(row), why=why), f"member:{member.pk}")
    return row


@transaction.atomic
def accept(*, member: Member, contact: Contact, presentation: UUID) -> Presentation:
    """Note that the customer accepts it: it is used of stock and budget, and the partner fulfils it."""
    row = _locked(contact, presentation)
    if row.state == State.ACCEPTED:
        return row
    if row.state != State.OFFERED:
        raise Conflict("Say first that you offered it." if row.state == State.SHOWN else "They turned it down.")
    if row.choice.presentations.filter(state=State.ACCEPTED).exists():
        raise Conflict("They accepted another offer already.")
    offer = _offer(row)
    if row.hold != Hold.HELD:
        _hold(row, offer)
    assert row.month is not None
    allowance.use(row.offer, offer, month=row.month)
    row.state, row.hold, row.answered_at = State.ACCEPTED, Hold.USED, clock.now()
    row.save()
    asking.ask(row, offer)
    _tell(row, events.OfferAccepted(**_told(row), cost=row.cost, currency=row.currency), f"member:{member.pk}")
    return row


@transaction.atomic
def ask_leave(*, member: Member, contact: Contact, presentation: UUID) -> Presentation:
    """Ask a supervisor for leave to make an offer that is beyond the rep's authority."""
    row = _locked(contact, presentation)
    if row.state == State.SHOWN and row.leave in (Leave.NONE, Leave.DENIED):
        row.leave, row.leave_at, row.leave_by, row.member = Leave.ASKED, clock.now(), None, member
        row.save()
        _tell(row, events.OfferLeaveAsked(**_told(row), cost=row.cost), f"member:{member.pk}")
    return row


@transaction.atomic
def answer_leave(*, programme: Programme, presentation: UUID, is_given: bool, by: Member) -> Presentation:
    """Give leave to make an offer, or deny it; Conflict where nobody waits for that any more."""
    rows = Presentation.objects.select_for_update(of=("self",)).select_related(*_WITH)
    row = rows.filter(programme=programme, public_id=presentation).first()
    if row is None:
        raise NotFound
    if row.leave != Leave.ASKED or row.state != State.SHOWN:
        raise Conflict("Nobody waits for this any more. Look at the page again.")
    if row.member_id == by.pk:
        raise Conflict("You asked for this yourself. Somebody else has to answer.")
    row.leave, row.leave_by, row.leave_at = Leave.GIVEN if is_given else Leave.DENIED, by, clock.now()
    row.save()
    _tell(row, events.OfferLeaveAnswered(**_told(row), given=is_given), f"member:{by.pk}")
    return row


def learn(*, programme: Programme, attempt: UUID, stuck: bool | None) -> int:
    """Keep what came of a wish to leave, for whoever was offered something or nothing; return in how many choices.

    The same again changes nothing; a later outcome takes the place of an earlier one, and None takes it back.
    """
    return learn_all(programme=programme, attempts=[attempt], stuck=lambda: {attempt: stuck})


@transaction.atomic
def learn_all(
    *, programme: Programme, attempts: Collection[UUID], stuck: Callable[[], Mapping[UUID, bool | None]]
) -> int:
    """Do :func:`learn` for several wishes to leave by a few statements; return in how many choices.

    ``stuck`` is asked once their choices are held: of two who learn of the same at once, the later word stands.
    """
    rows = Choice.objects.filter(OneOf("attempt__public_id", attempts), programme=programme, attempt__isnull=False)
    held = dict(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "attempt__public_id"))
    outcomes, changed = stuck(), 0
    for outcome in (True, False, None):
        those = [pk for pk, attempt in held.items() if attempt in outcomes and outcomes[attempt] is outcome]
        settled_at = None if outcome is None else clock.now()
        rows = Choice.objects.filter(pk__in=those).exclude(stuck=outcome)
        changed += rows.update(stuck=outcome, settled_at=settled_at)
    return changed


@transaction.atomic
def settle(row_id: int) -> bool:
    """Keep whether a customer who was sold or given something, or nothing, is with the partner now; once.

    They are where something is theirs on file, and nothing was cancelled since.
    """
    rows = Choice.objects.select_for_update(of=("self",)).select_related("contact__customer", "contact__programme")
    row = rows.get(pk=row_id)
    customer = row.contact.customer
    if row.stuck is not None or row.attempt_id is not None or customer is None:
        return False
    has_cancelled = Cancellation.objects.filter(customer=customer, at__gte=row.at).exists()
    row.stuck, row.settled_at = bool(holdings_of(customer)) and not has_cancelled, clock.now()
    row.save(update_fields=["stuck", "settled_at"])
    told = events.OfferOutcome(
        choice=str(row.public_id), slot=row.slot, drawn=row.drawn or None, control=row.is_control, stuck=row.stuck
    )
    programme = row.contact.programme
    announce(told, programme=programme, subject=row.contact.public_id, actor="system")
    return True


@transaction.atomic
def let_go_overdue(row_id: int) -> bool:
    """Put back what is held for an offer whose time on the table is over; say whether anything was."""
    row = Presentation.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=row_id)
    if row.hold != Hold.HELD or row.held_until is None or row.held_until > clock.now():
        return False
    _let_go(row)
    row.save()
    return True


def _choose(
    member: Member, contact: Contact, slot: str, of: Whose, attempt: SaveAttempt | None, number: int
) -> Choice:
    rules, choice_id = rules_of(contact.programme), new_id()
    live = [one for one in live_offers(contact.programme) if one.offer.kind == slot]
    rows = {one.row.key: one for one in live}
    candidates = [Candidate(one.row.key, one.version, one.offer) for one in live]
    kept, removed = sift(candidates, situation(contact, member, attempt, of, live))
    name, learnt = learnt_of(contact.programme, slot)
    weighed = [_weigh(one, learnt, of) for one in kept]
    removed += [_not_worth(one, rows[one.key].offer) for one in weighed if one.worth <= 0]
    weighed = [one for one in weighed if one.worth > 0]
    chances = policy.chances(weighed, rules.explore)
    order = [] if of.is_control else policy.order([one.key for one in weighed], chances, choice_id)
    nothing = rules.control if weighed else 1.0
    made = Choice.objects.create(
        programme_id=contact.programme_id,
        public_id=choice_id,
        contact=contact,
        attempt=attempt,
        whose=of.unit,
        slot=slot,
        number=number,
        reason=of.reason,
        detail=of.detail,
        segment=of.segment,
        at=clock.now(),
        is_control=of.is_control,
        policy=name,
        value=of.value,
        chances={
            NONE: nothing,
            **{one.key: float((1 - nothing) * p) for one, p in zip(weighed, chances, strict=True)},
        },
        weighed=[_kept(one, rows[one.key].offer, rows[one.key].version) for one in weighed],
        removed=[asdict(one) for one in removed],
        drawn=order[0][0] if order else NONE,
    )
    if attempt is not None:
        SaveAttempt.objects.filter(pk=attempt.pk).update(is_control=of.is_control)
    shown = order[: rules.shown]
    Presentation.objects.bulk_create(
        _presentation(made, place, chance, rows[key]) for place, (key, chance) in enumerate(shown)
    )
    _tell_chosen(made, contact)
    return made


def _tell_chosen(made: Choice, contact: Contact) -> None:
    happening = events.OfferChosen(
        choice=str(made.public_id),
        attempt=str(made.attempt.public_id) if made.attempt else None,
        slot=made.slot,
        control=made.is_control,
        policy=made.policy,
        drawn=made.drawn or None,
        nothing=made.chances[NONE],
        offers=[key for key in made.chances if key],
        chances=[round(chance, 6) for key, chance in made.chances.items() if key],
        shown=list(made.presentations.order_by("place").values_list("offer__key", flat=True)),
        removed=[one["key"] for one in made.removed],
        removed_by=[one["layer"] for one in made.removed],
    )
    audience = audience_of(contact)
    announce(happening, programme=contact.programme, subject=contact.public_id, actor="system", audience=audience)


def _weigh(one: Candidate, learnt: Learnt, of: Whose) -> policy.Weighed:
    offer = one.offer
    known = learnt.of(one.key, reason=of.reason, segment=of.segment, lift=offer.lift, takes=offer.takes)
    return policy.weigh(one.key, known, value=of.value, cost=offer.cost, gain=offer.gain)


def _not_worth(one: policy.Weighed, offer: Offer) -> Removed:
    cost = money(one.known.takes * offer.cost, offer.currency)
    words = f"It does not pay: {one.known.lift:+.0%} stay, at {cost} each time."
    return Removed(one.key, offer.name, "worth", words)


def _kept(one: policy.Weighed, offer: Offer, version: int) -> dict[str, object]:
    known = one.known
    return {
        "key": one.key,
        "version": version,
        "lift": round(known.lift, 6),
        "error": round(known.error, 6),
        "takes": round(known.takes, 6),
        "cost": offer.cost,
        "gain": offer.gain,
        "worth": round(one.worth, 2),
    }


def _presentation(choice: Choice, place: int, chance: float, live: Live) -> Presentation:
    return Presentation(
        programme_id=choice.programme_id,
        choice=choice,
        offer=live.row,
        version=live.version,
        place=place,
        chance=chance,
        cost=live.offer.cost,
        currency=live.offer.currency,
        shown_at=choice.at,
    )


_WITH = (
    "choice__contact__programme",
    "choice__contact__customer",
    "choice__contact__rep",
    "choice__attempt",
    "offer",
)


def _locked(contact: Contact, presentation: UUID) -> Presentation:
    """Return an offer on the contact's page, with the contact's row locked and then its own."""
    lock_contact(contact.pk)
    rows = Presentation.objects.select_for_update(of=("self",)).select_related(*_WITH)
    row = rows.filter(choice__contact=contact, public_id=presentation).first()
    if row is None:
        raise NotFound("This offer is not on the page any more. Look at it again.")
    return row


def _offer(row: Presentation) -> Offer:
    text = OfferVersion.objects.values_list("text", flat=True).get(offer=row.offer_id, number=row.version)
    return offer_kept(text)


def _hold(row: Presentation, offer: Offer) -> None:
    now = clock.now()
    row.month = month_of(row.choice.contact.programme, now)
    allowance.hold(row.offer, offer, month=row.month)
    row.hold = Hold.HELD
    row.held_until = now + timedelta(minutes=rules_of(row.choice.contact.programme).hold_minutes)


def _let_go(row: Presentation) -> None:
    if row.hold == Hold.HELD and row.month is not None:
        allowance.let_go(row.offer, _offer(row), month=row.month)
    row.hold, row.held_until, row.month = Hold.NONE, None, None


def _attempt(contact: Contact) -> SaveAttempt | None:
    found = attempt_of(contact)
    return found if found is not None and found.state == SaveAttempt.State.OPEN else None


def _stands(last: Choice, of: Whose, attempt: SaveAttempt | None) -> bool:
    """Say whether a choice is for what is known now; one with an offer on the table stands whatever is learnt."""
    same = (last.reason, last.detail, last.attempt_id) == (of.reason, of.detail, attempt.pk if attempt else None)
    return same or last.presentations.filter(state__in=[State.OFFERED, State.ACCEPTED]).exists()


def _told(row: Presentation) -> dict[str, Any]:
    attempt = row.choice.attempt
    return {
        "presentation": str(row.public_id),
        "offer": row.offer.key,
        "version": row.version,
        "attempt": str(attempt.public_id) if attempt else None,
    }


def _tell(row: Presentation, happening: Happening, actor: str) -> None:
    contact = row.choice.contact
    audience = audience_of(contact)
    announce(happening, programme=contact.programme, subject=contact.public_id, actor=actor, audience=audience)
