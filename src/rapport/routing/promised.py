"""A call-back that was promised: one promise of the customer file and one call-back, which go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.contacts.access import lock_contact
from rapport.customers.promises import call_backs as promises
from rapport.kit import clock
from rapport.routing.models import CallBack

if TYPE_CHECKING:
    from rapport.accounts.models import Member

ENDED = {
    CallBack.State.CALLED_OFF: "The call-back was called off.",
    CallBack.State.GIVEN_UP: "Nobody answered on any try.",
}


def promise_it(one: CallBack, *, what: str, product: str) -> None:
    """Make the promise of a call-back that was put on file in this transaction."""
    if one.booked_by is not None:
        one.promise = promises.promise_call_back(
            member=one.booked_by,
            customer=one.about.customer,
            what=what,
            due_at=one.due_at,
            contact_id=one.about_id,
            product=product,
            owner=one.owner,
        )
        one.save(update_fields=["promise"])


def came_to(one: CallBack) -> None:
    """Bring the promise to what became of its call-back, or to its new time; the caller holds the call-back."""
    if one.promise_id is None:
        return
    programme, promise, state = one.programme, one.promise_id, CallBack.State(one.state)
    if state == CallBack.State.BOOKED:
        promises.call_back_moved(programme=programme, promise_id=promise, due_at=one.due_at)
    elif state == CallBack.State.REACHED:
        began = one.contact.answered_at if one.contact else None
        promises.call_back_happened(programme=programme, promise_id=promise, at=began or clock.now())
    elif note := ENDED.get(state):
        promises.call_back_ended(programme=programme, promise_id=promise, note=note)


def hold(promise_id: int) -> CallBack | None:
    """Return the call-back of a promise that waits for its time, locked before the promise, as everybody does."""
    found = CallBack.objects.filter(promise=promise_id)
    about = found.values_list("about_id", flat=True).first()
    if about is None:
        return None
    lock_contact(about)
    booked = found.filter(state=CallBack.State.BOOKED).select_for_update(of=("self",))
    return booked.select_related("about", "programme", "owner__user").first()


def is_now_of(one: CallBack, owner: Member) -> bool:
    """Have who keeps the promise now make the call, where it was one person's; say whether it changed hands."""
    if one.owner_id is None or one.owner_id == owner.pk:
        return False
    one.owner = owner
    one.save(update_fields=["owner"])
    return True
