"""A contact's history as sentences, from its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rapport.accounts import queries as accounts
from rapport.events.queries import EventRow, history_of
from rapport.kit.filters import contact_word
from rapport.routing.offer_queries import offers_of
from rapport.routing.trace import apart

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

Data = dict[str, Any]

OFFERED = "contact.offered"
NAMED = ("reason", "disposition", "customer")
UNTOLD = ("chat.message", "guide.begun", "guide.closed", "remark.made", "remark.taken")
"""What stands elsewhere on the page: what was said, and what the guide covered."""
WHY_RETURNED = {
    "rep_lost": "the connection to the rep was lost",
    "rep_signed_out": "the rep signed out",
    "clearance_lapsed": "the rep may not work here now",
}
ENDED_BY = {
    "customer": "the customer",
    "rep": "the rep",
    "pbx": "the telephone system",
    "import": "the log",
    "forgotten": "us, since no hangup was told",
}
SAID_WHY = {
    "not_my_field": "does not know the matter",
    "know_them": "knows the customer privately",
    "trouble": "a line or computer in trouble",
    "must_go": "has to go",
    "other": "another reason",
    "no_answer": "the rep does not answer",
    "better_fit": "others know this better",
    "overload": "the queue was too long",
    "overflow": "it had waited so long",
    "mistake": "it had come to the wrong queue",
    "telephone": "the telephone system put it there",
}
ALONE_ENDED = {
    "served": "Alone to the end of the guide",
    "person": "The customer asked for a person",
    "left": "The customer stopped before the end",
}
OFFER_ENDED = {
    "missed": "{rep} did not answer in time",
    "declined": "{rep} declined",
    "withdrawn": "the offer to {rep} was withdrawn",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a contact's history."""

    at: datetime
    words: str
    why: str = ""
    passed_over: str = ""


def story_of(contact: Contact, *, with_colleagues: bool) -> list[Happened]:
    """Return what happened to the contact, oldest first; what was said is left to the messages.

    Each offer says why it was that rep; without colleagues, nothing of who was passed over.
    """
    named = (contact.reason, contact.disposition)
    members = accounts.members_of(contact.programme)
    called = {name: one.name for one in members for name in (one.agent_id, f"member:{one.pk}")}
    words = {one.key: one.name for one in named if one is not None}
    if contact.customer is not None:
        words[str(contact.customer.public_id)] = contact.customer.key
    rows = history_of(contact.programme, contact.public_id)
    told = [row for row in rows if _is_told(row)]
    later = [row.name for row in told[1:]] + [""] * bool(told)
    why = {str(one.id): one.words for one in offers_of(contact, with_colleagues=with_colleagues)}
    return [
        Happened(
            row.at,
            _words(row, called, words),
            *(apart(why.get(str(row.data.get("offer")), "")) if row.name == OFFERED else ()),
        )
        for row, following in zip(told, later, strict=True)
        if not row.name == following == "survey.answered"
    ]


def _is_told(row: EventRow) -> bool:
    """Say whether a line tells something new: that an offer was accepted, the answer tells."""
    return row.name not in UNTOLD and not (
        row.name == "contact.offer_ended" and row.data.get("result") == "accepted"
    )


def _words(row: EventRow, called: dict[str, str], words: dict[str, str]) -> str:
    """Say what happened, with reps by their name and the reason and outcome in words."""
    data = {key: words.get(value, value) if key in NAMED else value for key, value in row.data.items()}
    data["who"] = called.get(row.actor, "Somebody")
    data["to"] = called.get(str(row.data.get("to")), row.data.get("to"))
    nobody = "anyone" if row.name == "call_back.booked" else "a rep"
    data["rep"] = called.get(str(row.data.get("rep")), row.data.get("rep") or nobody)
    say = _SENTENCES.get(row.name)
    return say(data) if say else row.name.replace(".", " ").replace("_", " ").capitalize()


def _arrived(data: Data) -> str:
    about = f" about {data['reason']}" if data.get("reason") else ""
    who = f"customer {data['customer']}" if data.get("customer") else "somebody we do not know"
    return f"Arrived by {contact_word(data.get('channel', 'a channel'))}{about}, from {who}"


def _offer_ended(data: Data) -> str:
    words = OFFER_ENDED.get(str(data.get("result")), "the offer to {rep} ended").format(rep=data["rep"])
    return words[0].upper() + words[1:] + _why(data)


def _why(data: Data) -> str:
    return f": {SAID_WHY.get(str(data['why']), data['why'])}" if data.get("why") else ""


def _closed(data: Data) -> str:
    return f"Closed: {data.get('disposition') or 'no outcome'}{_resolved(data)}"


def _resolved(data: Data) -> str:
    resolved = data.get("resolved")
    return "" if resolved is None else ", resolved" if resolved else ", not resolved"


def _answered_survey(data: Data) -> str:
    rating = f" {data['rating']} of 5" if data.get("rating") else ""
    return f"The customer answered{rating}{_resolved(data)}{', with a comment' if data.get('has_comment') else ''}"


def _step(data: Data) -> str:
    return str(data.get("step", "a step")).replace("-", " ")


def _followed_up(data: Data) -> str:
    holds = data.get("holds")
    said = "a comment" if holds is None else "it still holds" if holds else "it does not hold"
    return f"Looked back at on a later contact: {said}"


_SENTENCES: dict[str, Callable[[Data], str]] = {
    "contact.arrived": _arrived,
    "contact.queued": lambda data: f"Asked for a person; queue {data.get('queue')}",
    "contact.identified": lambda data: f"Known to be customer {data.get('customer')}",
    OFFERED: lambda data: f"Offered to {data['rep']}",
    "contact.offer_ended": _offer_ended,
    "contact.answered": lambda data: f"Answered by {data['rep']}",
    "contact.returned": lambda data: (
        f"Back to its old place in line: {WHY_RETURNED.get(str(data.get('why')), data.get('why'))}"
    ),
    "contact.transferred": lambda data: (
        f"Handed on{' to ' + data['to'] if data.get('to') else ''}; queue {data.get('queue')}, at its old place"
    ),
    "contact.consult_began": lambda data: f"Asks {data.get('to') or 'somebody else'} on the telephone",
    "contact.consult_ended": lambda _data: "Asks nobody any more",
    "contact.held": lambda _data: "The customer is on hold",
    "contact.resumed": lambda _data: "Off hold",
    "contact.moved": lambda data: f"Moved to queue {data.get('queue')}, at its old place{_why(data)}",
    "contact.follows": lambda _data: "The customer is back about the same matter",
    "call_back.booked": lambda data: f"Call-back booked for {data['rep']}",
    "call_back.due": lambda _data: "The call-back stands in line",
    "call_back.not_reached": lambda data: (
        f"Not reached, try {data.get('tries')}; {'tried again later' if data.get('again_at') else 'given up'}"
    ),
    "call_back.ended": lambda data: (
        "Reached by call-back" if data.get("state") == "reached" else "Call-back called off"
    ),
    "contact.abandoned": lambda _data: "The customer left the line",
    "contact.left": lambda _data: "The customer left before asking for a person",
    "contact.served": lambda _data: "The customer did it alone",
    "contact.ended": lambda data: f"Conversation ended by {ENDED_BY.get(str(data.get('by')), data.get('by'))}",
    "contact.closed": _closed,
    "contact.followed_up": _followed_up,
    "guide.alone_begun": lambda _data: "The customer goes through the guide alone",
    "guide.alone_ended": lambda data: ALONE_ENDED.get(str(data.get("outcome")), "They are not alone any more"),
    "guide.ticked": lambda data: (
        f"Guide: {_step(data)} done{' by the customer' if data.get('how') == 'customer' else ''}"
    ),
    "guide.unticked": lambda data: f"Guide: {_step(data)} not done after all",
    "monitoring.started": lambda data: f"{data['who']} sits in",
    "monitoring.whispered": lambda data: f"{data['who']} whispered to the rep",
    "monitoring.joined": lambda data: f"{data['who']} joined the conversation",
    "monitoring.ended": lambda data: f"{data['who']} no longer sits in",
    "recording.kept": lambda _data: "A recording of the call came",
    "survey.invited": lambda _data: "The customer was asked how it went",
    "survey.answered": _answered_survey,
}
