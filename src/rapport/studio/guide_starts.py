"""What a new guide begins with."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.guides.definition.writing import write_guide
from rapport.kit.errors import NotFound

Step = dict[str, object]

GREET: Step = {
    "key": "greet",
    "title": "Greet, and comment on the last visit",
    "words": "Good day {customer.first_name|}, you talk with {rep.name|me}. "
    "Last time you were here about {last.reason_name|something else}; did that go well?",
    "points": ["Their name", "How the last visit went, where there was one"],
    "touch_point": "guided",
    "required": "always",
}
HEAR: Step = {
    "key": "hear",
    "title": "Hear what it is about",
    "points": ["What happened", "What they wish for"],
    "touch_point": "guided",
    "required": "always",
}
AGREE: Step = {
    "key": "agree",
    "title": "Agree on what happens",
    "points": ["What we do", "By when"],
    "touch_point": "guided",
    "required": "always",
}
CLOSE: Step = {
    "key": "close",
    "kind": "close",
    "title": "What they gained, what comes next, and thanks",
    "words": "Thank you for {customer.years|all} years with us.",
    "points": ["What they gained", "What happens next and when", "Thanks"],
    "touch_point": "guided",
    "required": "always",
}
LET_SPEAK: Step = {
    "key": "mood",
    "kind": "branch",
    "title": "Upset customers speak first",
    "branches": [{"when": [{"field": "contact.upset", "is": [True]}], "to": "hear"}],
    "next": "greet",
}
STARTS: dict[str, tuple[str, Sequence[Step]]] = {
    "conversation": ("A conversation: greet, hear, agree, close", (LET_SPEAK, GREET, HEAR, AGREE, CLOSE)),
    "leaving": (
        "Somebody wants to leave: hear, offer, disclose, close",
        (
            GREET,
            {**HEAR, "kind": "ask", "title": "Hear why they want to leave", "asks": ["why"]},
            {"key": "offer", "kind": "offer", "title": "What we can do", "slot": "save"},
            {
                "key": "disclose",
                "title": "Read what the law asks for",
                "words": "Write here, word for word, what has to be said.",
                "touch_point": "verbatim",
                "required": "always",
                "fixed_order": True,
            },
            CLOSE,
        ),
    ),
    "nothing": (
        "Nothing but an end",
        ({"key": "close", "kind": "close", "title": "Thanks, and what comes next"},),
    ),
}


def start(name: str, *, title: str, reasons: Sequence[str]) -> str:
    """Return the text of a new guide."""
    if name not in STARTS:
        raise NotFound("There is no such beginning.")
    steps = STARTS[name][1]
    fields = {"why": {"label": "Why do they want to leave?"}} if any("asks" in one for one in steps) else {}
    content = {
        "name": title,
        **({"for": {"reasons": list(reasons)}} if reasons else {}),
        **({"fields": fields} if fields else {}),
        "steps": [dict(one) for one in steps],
    }
    return write_guide(content)
