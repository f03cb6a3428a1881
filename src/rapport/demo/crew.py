"""The simulated reps: they come and go, take contacts, pause, and wrap up, by the same actions as people."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.customers.promises import actions as promises
from rapport.demo import dice, keepers
from rapport.demo.guides import required_keys
from rapport.demo.story import VALUES
from rapport.demo.topics import BY_KEY, Topic
from rapport.demo.view import View, politely, topic_of
from rapport.desk import actions as desk
from rapport.guides import actions as guides
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.recognition import actions as recognition
from rapport.routing import presence

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.routing.models import Offer, Presence

AWAY_SECONDS = {
    "break": (180, 480),
    "meal": (900, 1500),
    "training": (240, 720),
    "coaching": (240, 720),
    "meeting": (300, 900),
}
PAUSES = ("break", "break", "meal", "training", "coaching", "meeting")
SHORT = ("training", "coaching", "break")  # while a real person waits for a contact
MOST_AWAY = 4
PAUSE_CHANCE = 1 / 900  # a second of idleness
SHIFT_SECONDS = 3 * 3600
CALLED_BACK_SECONDS = (2, 15)
YIELD_AFTER_SECONDS = 2.0
DECLINES = 0.01  # of offers are not answered in time
TICK_SECONDS = 22.0  # from one touch point of a call to the next
TICKS = 0.94  # of touch points
KEEPING = "cancel"  # the reason of contacts that are wishes to leave

Question = tuple[int, int]  # a rep and since when they do what they do: what chance is asked with


def act(view: View, wanted: int) -> None:
    """Let every simulated rep take the step that is due; ``wanted`` is how many should be on the floor."""
    here = [one for one in view.presences.values() if one.member_id in view.crew]
    for one in here:
        politely(view.programme, _step, view, one)
    missing = wanted - len(here)
    for member in _who_comes(view, min(missing, 3)):
        politely(view.programme, _be_available, member)
    if missing < -2:
        for one in view.free[:1]:
            politely(view.programme, _leave, view.crew[one.member_id])


def pulse(view: View) -> None:
    """Say that the desks of simulated reps are alive."""
    for one in view.presences.values():
        if one.member_id in view.crew:
            politely(view.programme, _stay, view.crew[one.member_id])


def _stay(member: Member) -> None:
    presence.pulse(member=member)


def _leave(member: Member) -> None:
    presence.choose(member=member, doing="offline")


def settled(contact: Contact) -> bool:
    """Say whether a simulated rep can settle the matter; the customer will judge by the same."""
    return dice.chance(str(contact.public_id), "settled") < topic_of(contact).resolved


def _step(view: View, one: Presence) -> None:
    member = view.crew[one.member_id]
    age = view.now - one.since.timestamp()
    question = (one.member_id, int(one.since.timestamp()))
    if one.doing in AWAY_SECONDS:
        _come_back(view, member, one.doing, age, question)
    elif one.doing == "not_responding" and age > 20:
        _be_available(member)
    elif one.doing == "available":
        _rest(view, member, age, question)
    if (offer := view.offers.get(member.pk)) is not None:
        _take_offer(view, member, offer)
    for contact in view.in_hand.get(member.pk, []):
        if contact.state == "wrap_up":
            _wrap_up(view, member, contact)
        else:
            if contact.channel == "voice":
                _listen(view, member, contact)
            _keep(view, member, contact)


def _come_back(view: View, member: Member, doing: str, age: float, question: Question) -> None:
    """End a pause; at once, one after the other, where customers wait and nobody is being made room for."""
    called_back = bool(view.waiting) and not view.people_waiting
    low, high = CALLED_BACK_SECONDS if called_back else AWAY_SECONDS[doing]
    if age > dice.between(low, high, *question):
        _be_available(member)


def _rest(view: View, member: Member, age: float, question: Question) -> None:
    """Leave the floor or pause where that is due; make room where a real person waits for a contact."""
    away = sum(one.doing in AWAY_SECONDS for one in view.presences.values())
    if dice.chance(member.pk, int(view.now // SHIFT_SECONDS), int(view.now)) < 1 / SHIFT_SECONDS:
        presence.choose(member=member, doing="offline")
    elif view.people_waiting and age > YIELD_AFTER_SECONDS:
        presence.choose(member=member, doing=dice.pick(SHORT, *question))
    elif away < MOST_AWAY and dice.chance(member.pk, int(view.now)) < PAUSE_CHANCE and not view.waiting:
        presence.choose(member=member, doing=dice.pick(PAUSES, *question))


def _take_offer(view: View, member: Member, offer: Offer) -> None:
    if dice.chance(str(offer.public_id), "declines") < DECLINES:
        return
    if view.now - offer.offered_at.timestamp() > dice.between(1.5, 6, str(offer.public_id)):
        desk.accept(member=member, offer_id=offer.public_id)


def _be_available(member: Member) -> None:
    """Become available, with the Rally Notes read first."""
    recognition.see_latest(member=member)
    presence.choose(member=member, doing="available")


def _who_comes(view: View, count: int) -> list[Member]:
    """Return simulated reps who are at home, in an order that changes from hour to hour."""
    hour = int(view.now // 3600)
    home = [member for pk, member in view.crew.items() if pk not in view.presences]
    return sorted(home, key=lambda member: dice.chance(member.pk, hour))[: max(0, count)]


def _listen(view: View, member: Member, call: Contact) -> None:
    """Write down what a call is about, and tick the touch points one by one."""
    age = _age(view, call.answered_at)
    if call.reason is None:
        if age > dice.between(8, 20, call.pk, "reason"):
            desk.learn_reason(member=member, contact_id=call.public_id, key=topic_of(call).key)
        return
    keys = required_keys(topic_of(call))
    due = int(age // TICK_SECONDS) - 1
    if 0 <= due < len(keys) and age % TICK_SECONDS < 2 and dice.chance(call.pk, due) < TICKS:
        with suppress(Invalid):  # a step of a fixed place, before which they left one out
            guides.tick(member=member, contact=call, step=keys[due])


def _keep(view: View, member: Member, contact: Contact) -> None:
    """Work the wish to leave of who asks to cancel, a step now and then."""
    age = _age(view, contact.answered_at)
    if contact.reason is not None and contact.reason.key == KEEPING and age % keepers.LOOK_SECONDS < 2:
        key = str(contact.public_id)
        stays = _outcome(topic_of(contact), settled(contact), key) == "saved"
        keepers.work(member, contact, age=age, stays=stays)


def _age(view: View, since: datetime | None) -> float:
    return view.now - since.timestamp() if since else 0.0


def _wrap_up(view: View, member: Member, contact: Contact) -> None:
    if _age(view, contact.ended_at) < dice.lognormal(28, 0.5, contact.pk, "wrap-up"):
        return
    topic, is_settled, key = topic_of(contact), settled(contact), str(contact.public_id)
    if not is_settled and contact.customer is not None and dice.chance(key, "promise") < 0.5:
        _promise(member, contact, topic)
    outcome = _outcome(topic, is_settled, key)
    has_reason = contact.reason is not None and contact.reason.key in BY_KEY
    keepers.end(member, contact, outcome)
    desk.wrap_up(
        member=member,
        contact_id=contact.public_id,
        disposition=outcome if has_reason else ("solved" if is_settled else "passed_on"),
        resolved=is_settled,
        summary=_summary(topic, outcome, key),
        value_given=dice.pick(VALUES[topic.key], key) if is_settled and dice.chance(key, "value") < 0.35 else "",
        open_because="The customer was in a hurry",
    )


def _promise(member: Member, contact: Contact, topic: Topic) -> None:
    if contact.customer is None:
        return
    today = clock.now().astimezone(member.programme.zone).date()
    days = int(dice.between(1, 6, str(contact.public_id), "days"))
    promises.make_promise(
        member=member,
        customer=contact.customer,
        what=topic.promise,
        due_on=today + timedelta(days=days),
        contact_id=contact.pk,
    )


def _outcome(topic: Topic, is_settled: bool, key: str) -> str:
    fitting = [one for one in topic.outcomes if one.resolved == is_settled]
    number = dice.chance(key, "outcome")
    for one in fitting:
        number -= one.share
        if number < 0:
            return one.key
    return fitting[-1].key


def _summary(topic: Topic, outcome: str, key: str) -> str:
    return dice.pick(next(one.summaries for one in topic.outcomes if one.key == outcome), key)
