"""The guides of the demonstration, one for each topic: five or six required touch points, freedom around them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from rapport.accounts.queries import member_by_agent_id
from rapport.demo.people import MANAGER, SUPERVISOR, Setting
from rapport.demo.topics import TOPICS, Topic
from rapport.guides import publishing
from rapport.guides.definition.writing import write_guide
from rapport.kit import clock

VERBATIM = {
    "cancel": "You can end your contract at any time. Ending it now costs nothing, and we do it at once.",
    "dispute": "The amount is booked back for now. If the merchant proves the payment, it is charged again.",
    "rate": "The plan has no interest as long as every part is paid in time; otherwise the usual rate applies.",
}
WHY: dict[str, Any] = {"label": "Why do they want to leave?", "type": "choice", "optional": True} | {
    "customer_label": "Why would you like to leave?",
    "choices": ["the fee", "hardly used", "another bank", "moving abroad", "bad service"],
}
VALUE = {"label": "What of value did they get?", "optional": True, "saves": "value_given"}
OBJECTIONS = {
    "cancel": (
        ("fee-too-high", "The fee is too high"),
        ("better-offer", "Another bank offers more"),
        ("hardly-used", "They hardly use it"),
    ),
    "fee": (("lost-trust", "They have lost trust"),),
    "dispute": (("too-long", "It takes too long"),),
}
ARTICLES = {"cancel": "close-card", "fee": "late-fee", "dispute": "first-step-dispute", "lost": "lost-card"}
ALONE: list[dict[str, Any]] = [{"field": "contact.alone", "is": [True]}]
CARD_ENDS = {"label": "When shall the card end?", "type": "date", "optional": True}
TRAVEL = {
    "where": {"label": "Where do you travel?", "type": "choice", "choices": ["euro zone", "elsewhere", "both"]},
    "cash": {"label": "Will you need cash there?", "type": "yes_no"},
    "enough": {"label": "Is that all you wanted to know?", "type": "yes_no"},
}
OWN_FIELDS: dict[str, dict[str, Any]] = {"cancel": {"why": WHY, "ends": CARD_ENDS}, "travel": TRAVEL}
Step = dict[str, Any]


def guide_text(topic: Topic) -> str:
    """Return the guide of a topic as it would be written."""
    own = OWN_FIELDS.get(topic.key, {})
    return write_guide(
        {
            "name": topic.name,
            "key": topic.key,
            "for": {"reasons": [topic.key]},
            "freedom": {"skill": topic.skill},
            "self_service": topic.key in ("cancel", "travel"),
            "fields": {**own, "value": VALUE},
            "steps": _steps(topic),
        }
    )


@cache
def required_keys(topic: Topic) -> list[str]:
    """Return the keys of the required touch points of a topic's guide."""
    return [step["key"] for step in _steps(topic) if step.get("required")]


def _steps(topic: Topic) -> list[Step]:
    steps = [*_opening(topic), *_middle(topic), *_closing(topic)]
    if topic.key == "cancel":
        steps = _with_cancelling_alone(steps)
    elif topic.key == "travel":
        steps = _with_travel_alone(steps)
    for key, title in OBJECTIONS.get(topic.key, ()):
        aside = {"key": key, "kind": "objection", "title": title, "objections": [key]}
        steps.append(aside | {"words": "I understand. May I ask what you compare it with?", "aside": True})
    return steps


def _with_cancelling_alone(steps: list[Step]) -> list[Step]:
    """Let a customer say alone why and when; who ends the card, and what might keep them, is a person."""
    by_key = {one["key"]: one for one in steps}
    by_key["reason"]["customer_words"] = "Please tell us why you would like to cancel your card."
    by_key["reason"]["branches"].insert(0, {"when": ALONE, "to": "day"})
    asked = [{"any_of": [*ALONE, {"field": "ends", "known": True}]}]
    by_key["disclosure"] |= {"branches": [{"when": asked, "to": "end-card"}], "next": "value"}
    day = {"key": "day", "kind": "ask", "title": "When the card shall end", "asks": ["ends"]}
    ends = {"key": "end-card", "kind": "do", "title": "End the card", "rep_only": True, "next": "value"}
    return [
        _alone_or_not("reason"),
        *steps[: steps.index(by_key["disclosure"])],
        by_key["disclosure"],
        ends
        | {"words": "End it in the bank's system on the day they said; first say what it is worth to them."}
        | {"customer_words": "The last step is ours: one of us ends the card with you, on the day you said."},
        *steps[steps.index(by_key["disclosure"]) + 1 :],
        day | {"customer_words": "On which day shall it end? Leave it empty for today.", "next": "disclosure"},
    ]


def _with_travel_alone(steps: list[Step]) -> list[Step]:
    """Let a customer find out alone what using the card abroad costs."""
    foreign = "Payments in another currency cost 1.5 percent."
    at_home = "In the euro zone, payments cost nothing extra."
    more = [{"field": "enough", "is": [False]}]
    within = [{"field": "where", "is": ["euro zone"]}]
    told = {"next": "tell-cash", "branches": [{"when": [{"field": "cash", "is": [False]}], "to": "ask-enough"}]}
    return [
        _alone_or_not("ask-travel"),
        *steps,
        {"key": "ask-travel", "kind": "ask", "title": "Where they travel", "asks": ["where", "cash"]}
        | {"customer_words": "How nice! Two questions, then we tell you what your card costs there."}
        | {"branches": [{"when": within, "to": "tell-at-home"}], "next": "tell-foreign"},
        {"key": "tell-at-home", "title": "Costs in the euro zone", "words": at_home, **told},
        {"key": "tell-foreign", "title": "Costs elsewhere", "words": f"{foreign} {at_home}", **told},
        {"key": "tell-cash", "title": "What cash costs", "next": "ask-enough"}
        | {"words": "Cash from a machine costs 2 percent, at least 5 euros, wherever you are."},
        {"key": "ask-enough", "kind": "ask", "title": "Ask whether that is all", "asks": ["enough"]}
        | {"words": "The card's travel insurance covers you, and you need not tell us when you go."}
        | {"branches": [{"when": more, "to": "more"}], "next": "goodbye"},
        {"key": "more", "title": "Answer what else they ask", "rep_only": True, "next": "end"}
        | {"words": "Ask what else they would like to know."},
        {"key": "goodbye", "kind": "close", "title": "Wish a good journey", "next": "end"}
        | {"words": "Have a good journey, and thank you for taking our card along."},
    ]


def _alone_or_not(first: str) -> Step:
    """Return the step that lets who is alone begin with ``first``, and reps with the next."""
    branches = [{"when": ALONE, "to": first}]
    return {"key": "who", "kind": "branch", "title": "Alone, or with one of us", "branches": branches} | {
        "next": "greet"
    }


def _opening(topic: Topic) -> list[Step]:
    words = "Good day {customer.first_name|}, thank you for waiting. My name is {rep.name}."
    known = {"when": [{"field": "last.days", "known": True}], "to": "last-time"}
    upset = [{"field": "contact.upset", "is": [True]}]  # who is upset speaks first
    last = "Last time it was about {last.reason_name|another matter}: {last.outcome|looked into}. Has that held?"
    greet = {"points": ["greet them by name", "thank them for waiting"], "rephrase_from": 2}
    reason: Step = {"key": "reason", "kind": "ask", "title": "Hear the reason", "words": topic.asks[0]}
    if topic.key == "cancel":
        reason["asks"] = ["why"]
    return [
        {"key": "greet", "title": "Greet, thank for waiting", "words": words, "touch_point": "guided"}
        | {"required": "always", **greet, "branches": [{"when": upset, "to": "reason"}, known], "next": "reason"},
        {"key": "last-time", "kind": "check", "title": "Comment on the last contact", "words": last}
        | {"touch_point": "free", "branches": [{"when": upset, "to": "look-closer"}], "next": "reason"},
        reason
        | {"touch_point": "free", "required": "always"}
        | {"branches": [{"when": [*upset, *known["when"]], "to": "last-time"}], "next": "look-closer"},
        {"key": "look-closer", "kind": "ask", "title": "Ask before you offer", "words": topic.asks[1]}
        | {"touch_point": "free"},
    ]


def _middle(topic: Topic) -> list[Step]:
    agree = {"touch_point": "guided", "points": ["what we do", "what it means for them"], "required": "always"}
    words = topic.asks[min(2, len(topic.asks) - 1)]
    steps: list[Step] = [
        {"key": "solution", "title": "Agree the solution", "words": words, **agree, "rephrase_from": 3}
    ]
    if topic.key == "cancel":
        offer = {"key": "offer", "kind": "offer", "title": "Offer something that fits", "slot": "save"}
        steps.insert(0, offer | {"words": "Only once you have heard why they want to leave."})
    if topic.key in ARTICLES:
        steps[-1]["articles"] = [ARTICLES[topic.key]]
    if topic.key in VERBATIM:
        read_out = {"touch_point": "verbatim", "required": "always", "fixed_order": True, "reorder_from": 3}
        steps.append({"key": "disclosure", "title": "Read out", "words": VERBATIM[topic.key], **read_out})
    return steps


def _closing(topic: Topic) -> list[Step]:
    close = {"kind": "close", "touch_point": "free", "required": "always"}
    value = "Name what they do not use yet."
    return [
        {"key": "value", "kind": "ask", "title": "Give something of value", "words": value, "touch_point": "free"}
        | {"asks": ["value"]},
        {"key": "next-step", "title": "Say what happens next, and by when", "words": topic.asks[-1], **close},
        {"key": "thank", "title": "Thank the customer", "words": "Thank you for telling us.", **close}
        | {"skip_from": 4, "next": "end"},
    ]


def stock(setting: Setting, *, since: datetime) -> None:
    """Have the guides written by the supervisor and approved by the manager on the programme's first day.

    A newer version of the guide of cancellations is submitted and waits.
    """
    programme = setting.programme
    supervisor, manager = member_by_agent_id(programme, SUPERVISOR), member_by_agent_id(programme, MANAGER)
    assert supervisor is not None and manager is not None
    writes: dict[str, Any] = {"programme": programme, "by": supervisor, "actor": f"member:{supervisor.pk}"}
    agrees: dict[str, Any] = {"programme": programme, "by": manager, "actor": f"member:{manager.pk}"}
    with clock.at(since):
        for topic in TOPICS:
            publishing.save_draft(text=guide_text(topic), note="The first guide", **writes)
            publishing.submit(key=topic.key, number=1, **writes)
            publishing.approve(key=topic.key, number=1, **agrees)
            setting.versions[topic.key] = publishing.publish(key=topic.key, number=1, **agrees)
    newer = guide_text(TOPICS[0]).replace("Thank you for telling us.", "Thank you for telling us so openly.")
    made = publishing.save_draft(text=newer, note="Thanks that say for what", **writes)
    publishing.submit(key=TOPICS[0].key, number=made.number, **writes)
