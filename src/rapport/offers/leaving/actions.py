"""Writes of wishes to leave. Callers have fetched the contact by the gate that lets them act on it.

The customer's row is locked before anything of theirs is looked at: two reps, or a rep and a customer, take turns.
Who acts within a contact has its row locked before that, as whoever chooses an offer there does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts.access import lock_own
from rapport.contacts.actions import audience_of
from rapport.customers.queries import holdings_of
from rapport.customers.standing import held
from rapport.events.actions import announce
from rapport.guides.library.queries import rebuttals_used
from rapport.guides.queries import version_gone_by
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.offers import events
from rapport.offers.leaving.asking import honour_of
from rapport.offers.leaving.queries import cancelled_lately, rules_in_force, verdict_on
from rapport.offers.leaving.written import new_reference, plain
from rapport.offers.models import Cancellation, LeavingReason, SaveAttempt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer
    from rapport.events.actions import Happening

LONGEST_CHANGE = 500
LONGEST_BECAUSE = 300
State, Outcome, Origin = SaveAttempt.State, SaveAttempt.Outcome, SaveAttempt.Origin


@transaction.atomic
def open_attempt(
    *,
    customer: Customer,
    origin: str,
    channel: str,
    contact: Contact | None = None,
    product: str = "",
    holding: str = "",
    actor: str,
) -> SaveAttempt:
    """Open a wish to leave; one of the customer that is open for the same product is that one, in this contact.

    ``holding`` is the partner's key of something they hold, ``product`` what it is; neither: not said yet.
    """
    owner = held(customer)
    if owner is None:
        raise Conflict("This customer has been erased.")
    product, holding = _meant(owner, product, holding)
    going_on = SaveAttempt.objects.select_for_update().filter(customer=owner, state=State.OPEN)
    same = [one for one in going_on.order_by("-opened_at") if _is_same(one, product, holding)]
    if same:
        return _taken_up(same[0], contact, product, holding)
    rules = rules_in_force(owner.programme)
    made = SaveAttempt.objects.create(
        programme_id=owner.programme_id,
        customer=owner,
        product=product,
        holding=holding,
        origin=Origin(origin),
        channel=channel,
        contact=contact,
        rep=contact.rep if contact else None,
        jurisdiction=rules.rules.of(owner.attributes),
        rules=rules.number,
        opened_at=clock.now(),
        requests=0 if origin == Origin.PROMPT else 1,
    )
    happening = events.LeavingOpened(
        attempt=str(made.public_id),
        origin=made.origin,
        product=product,
        channel=channel,
        customer=str(owner.public_id),
        contact=_contact_id(made),
        jurisdiction=made.jurisdiction,
        rules=made.rules,
    )
    _tell(made, happening, actor)
    return made


def _taken_up(attempt: SaveAttempt, contact: Contact | None, product: str, holding: str) -> SaveAttempt:
    """Have an open attempt go on in this contact, and for what is known of it by now."""
    if contact is not None:
        attempt.contact, attempt.rep, attempt.channel = contact, contact.rep or attempt.rep, contact.channel
    attempt.product, attempt.holding = product or attempt.product, holding or attempt.holding
    attempt.save(update_fields=["contact", "rep", "channel", "product", "holding"])
    return attempt


def recognise(*, contact: Contact, origin: str, actor: str, surely: bool = False) -> SaveAttempt | None:
    """Open a wish to leave on a contact whose reason is one, or ``surely``; None where it is nobody's yet."""
    customer = contact.customer
    is_open = contact.state in ("arrived", "waiting", "active", "wrap_up")
    if customer is None or not customer.is_active or not is_open:
        return None
    about = contact.reason.key if contact.reason else ""
    if not surely and about not in rules_in_force(contact.programme).rules.reasons:
        return None
    done = SaveAttempt.objects.filter(contact=contact, state=State.ENDED)
    if not surely and done.exists():
        return None
    return open_attempt(customer=customer, origin=origin, channel=contact.channel, contact=contact, actor=actor)


@transaction.atomic
def set_product(*, attempt: SaveAttempt, holding: str) -> SaveAttempt:
    """Say what they want to leave, of the things they hold."""
    owner, now = _locked(attempt)
    _require_open(now)
    product, holding = _meant(owner, "", holding)
    others = SaveAttempt.objects.filter(customer=owner, state=State.OPEN, product=product, holding=holding)
    if others.exclude(pk=now.pk).exists():
        raise Conflict("That they want to leave this is being worked already. End one of the two.")
    now.product, now.holding = product, holding
    now.save(update_fields=["product", "holding"])
    return now


@transaction.atomic
def set_reason(*, attempt: SaveAttempt, reason: str, would_change: str | None = None, actor: str) -> SaveAttempt:
    """Say why they want to leave (the key of either level) and what would have to change; None leaves that."""
    _, now = _locked(attempt)
    _require_open(now)
    found = LeavingReason.objects.select_related("parent").filter(programme=now.programme_id, key=reason).first()
    if found is None or (found.retired_at is not None and found.pk != now.reason_id):
        raise Invalid("Choose a reason from the list.")
    if would_change is not None:
        now.would_change = plain(would_change, LONGEST_CHANGE, "What would have to change")
    is_new, now.reason = now.reason_id != found.pk, found
    now.save(update_fields=["reason", "would_change"])
    if is_new:
        top = found.parent or found
        detail = found.key if found.parent_id else None
        told = events.LeavingReasonSet(attempt=str(now.public_id), reason=top.key, detail=detail)
        _tell(now, told, actor)
    return now


@transaction.atomic
def ask_again(*, attempt: SaveAttempt, actor: str) -> SaveAttempt:
    """Count that the customer has clearly asked to cancel once more."""
    _, now = _locked(attempt)
    _require_open(now)
    now.requests = min(now.requests + 1, 100)
    now.save(update_fields=["requests"])
    _tell(now, events.LeavingAskedAgain(attempt=str(now.public_id), requests=now.requests), actor)
    return now


@transaction.atomic
def offer_counts(*, attempt: SaveAttempt, offer: str, actor: str) -> SaveAttempt:
    """Count one offer made to who wants to leave; Conflict, with what to do instead, where none is fair now."""
    _, now = _locked(attempt)
    verdict = verdict_on(now)
    if not verdict.allowed:
        raise Conflict(verdict.words)
    now.offers_made, now.first_offer_at = now.offers_made + 1, now.first_offer_at or clock.now()
    now.save(update_fields=["offers_made", "first_offer_at"])
    most = now.offers_made + verdict.left - 1
    told = events.LeavingOfferCounted(
        attempt=str(now.public_id), offer=offer[:50], made=now.offers_made, most=most
    )
    _tell(now, told, actor)
    return now


@transaction.atomic
def end_attempt(
    *, attempt: SaveAttempt, outcome: str, because: str = "", offer: str = "", actor: str
) -> SaveAttempt:
    """Say what came of it: stayed, undecided or withdrawn. Who leaves cancels instead (:func:`cancel_now`).

    ``offer`` is the key of the one they accepted, as ``key/version``. The same outcome again changes nothing.
    """
    if outcome not in (Outcome.STAYED, Outcome.UNDECIDED, Outcome.WITHDRAWN):
        raise Invalid("Choose what came of it. Who leaves cancels: press Cancel now.")
    _, now = _locked(attempt)
    if now.state == State.ENDED and now.outcome == outcome:
        return now
    _require_open(now)
    if outcome == Outcome.STAYED and now.reason_id is None:
        raise Invalid("Say first why they wanted to leave.")
    now.because = plain(because, LONGEST_BECAUSE, "Why they stay")
    now.offer = offer[:50]
    _end(now, Outcome(outcome), actor)
    return now


@transaction.atomic
def cancel(
    *, customer: Customer, holding: str, contact: Contact | None, channel: str, origin: str, by: str, actor: str
) -> Cancellation:
    """Cancel something the customer holds (empty: all they have), at once; again within a day is the same one."""
    if contact is not None:
        lock_own(contact)
    if held(customer) is None:
        raise Conflict("This customer has been erased.")
    before = [one for one in cancelled_lately(customer) if one.holding == holding]
    if before:
        return before[0]
    attempt = open_attempt(
        customer=customer, origin=origin, channel=channel, contact=contact, holding=holding, actor=actor
    )
    return cancel_now(attempt=attempt, by=by, actor=actor)


@transaction.atomic
def cancel_now(*, attempt: SaveAttempt, by: str, actor: str) -> Cancellation:
    """Cancel, at once and for good; again is the same cancellation. Nothing stands before this.

    One that had another outcome meanwhile is opened anew: the wish to leave is a new one.
    """
    owner, now = _locked(attempt)
    done = Cancellation.objects.filter(attempt=now).first()
    if done is not None:
        return done
    if now.state == State.ENDED:
        now = open_attempt(
            customer=owner,
            origin=Origin.PORTAL if by == "customer" else Origin.REP,
            channel=now.channel,
            contact=now.contact,
            product=now.product,
            actor=actor,
        )
    made = Cancellation.objects.create(
        programme_id=now.programme_id,
        reference=new_reference(),
        attempt=now,
        customer=owner,
        product=now.product,
        holding=now.holding,
        at=clock.now(),
        by=by,
    )
    _end(now, Outcome.LEFT, actor)
    if now.contact is not None:
        honour_of(now.contact, owner)
    told = events.LeavingCancelled(attempt=str(now.public_id), certificate=made.reference, by=by)
    _tell(now, told, actor)
    return made


def _end(attempt: SaveAttempt, outcome: SaveAttempt.Outcome, actor: str) -> None:
    contact = attempt.contact
    used = version_gone_by(contact) if contact else None
    attempt.rep = contact.rep if contact and contact.rep else attempt.rep
    attempt.state, attempt.outcome, attempt.ended_at = State.ENDED, outcome, clock.now()
    attempt.rebuttals = rebuttals_used(contact) if contact else []
    attempt.guide, attempt.guide_version = used or ("", None)
    attempt.save()
    happening = events.LeavingEnded(
        attempt=str(attempt.public_id),
        outcome=outcome,
        contact=_contact_id(attempt),
        rep=attempt.rep.agent_id if attempt.rep else None,
        offer=attempt.offer or None,
        rebuttals=attempt.rebuttals,
        guide=attempt.guide or None,
        guide_version=attempt.guide_version,
        offers_made=attempt.offers_made,
    )
    _tell(attempt, happening, actor)


def _locked(attempt: SaveAttempt) -> tuple[Customer, SaveAttempt]:
    """Return the customer, locked, and the attempt as it is then; none of both changes until the commit."""
    owner = held(attempt.customer)
    if owner is None:
        raise Conflict("This customer has been erased.")
    rows = SaveAttempt.objects.select_for_update(of=("self",))
    rows = rows.select_related("programme", "contact__rep__user", "contact__programme", "rep", "reason__parent")
    return owner, rows.get(pk=attempt.pk)


def _meant(customer: Customer, product: str, holding: str) -> tuple[str, str]:
    """Return what of the customer's is meant; only what is on their file, so that no free text is kept as such."""
    rows = holdings_of(customer)
    if holding:
        one = next((row for row in rows if row.key == holding), None)
        if one is None:
            raise Invalid("This is not among what they hold. Look at the file again.")
        return one.product, one.key
    if product and not any(row.product == product for row in rows):
        raise Invalid("This is not among what they hold. Look at the file again.")
    return product, ""


def _is_same(attempt: SaveAttempt, product: str, holding: str) -> bool:
    return all(not a or not b or a == b for a, b in ((attempt.product, product), (attempt.holding, holding)))


def _require_open(attempt: SaveAttempt) -> None:
    if attempt.state != State.OPEN:
        raise Conflict(f"This wish to leave has ended already: {attempt.outcome}. Look at the page again.")


def _contact_id(attempt: SaveAttempt) -> str | None:
    return str(attempt.contact.public_id) if attempt.contact else None


def _tell(attempt: SaveAttempt, happening: Happening, actor: str) -> None:
    audience: Iterable[str] = audience_of(attempt.contact) if attempt.contact else ()
    announce(happening, programme=attempt.programme, subject=attempt.public_id, actor=actor, audience=audience)
