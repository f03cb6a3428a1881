"""A guide with something of everything, and plain ones, for tests."""

from rapport.guides.definition.writing import write_guide

CANCEL = """
name = "Cancel a card"
self_service = true
[for]
reasons = ["cancel"]
[freedom]
skill = "retention"

[fields.why]
label = "Why do they leave?"
type = "choice"
choices = ["price", "moving", "other"]

[fields.move_to]
label = "Where do they move?"
optional = true
saves = "file:likes"

[fields.account]
label = "Account"
type = "number"

[[steps]]
key = "greet"
title = "Greet"
words = "Good day {customer.first_name|there}. You asked about {last.reason_name|us} last time; did that go well?"
touch_point = "guided"
points = ["their name", "how the last visit went"]
required = "always"
rephrase_from = 2
skip_from = 4

[[steps]]
key = "hear"
kind = "ask"
title = "Hear why"
words = "What made you decide?"
touch_point = "free"
required = "always"
asks = ["why", "move_to"]
next = "sort"

[[steps]]
key = "sort"
kind = "branch"
title = "By why they leave"
branches = [{ when = [{ field = "why", is = ["price"] }], to = "offer" }]
next = "terms"

[[steps]]
key = "offer"
kind = "offer"
title = "Offer"
slot = "save"

[[steps]]
key = "terms"
title = "Terms"
words = "The notice period is one month."
touch_point = "verbatim"
required = "always"
fixed_order = true
reorder_from = 3

[[steps]]
key = "thanks_priority"
title = "Thank a priority customer"
touch_point = "free"
required = "when"
when = [{ field = "customer.segment", is = ["priority"] }]
skip_from = 5

[[steps]]
key = "cancel"
kind = "do"
title = "Cancel it"
words = "Cancel the card in the partner's system."
asks = ["account"]
fixed_order = true
branches = [{ when = [{ field = "result.cancel", is = ["failed"] }], to = "by_hand" }]
next = "close"

[[steps]]
key = "by_hand"
title = "Hand it to the back office"
next = "close"

[[steps]]
key = "close"
kind = "close"
title = "Close"
words = "Your card ends. Thank you for {customer.years|these} years."

[[steps]]
key = "price"
kind = "objection"
title = "It is too dear"
objections = ["too_dear"]
aside = true

[[tests]]
name = "Terms come after the reason"
moves = [{ cover = "greet" }, { cover = "terms" }]
refused = true
open = ["hear", "terms"]
"""


ASKS = """
name = "Cancel"
[for]
reasons = ["cancel"]

[fields.why]
label = "Why?"
type = "text"
optional = true

[[steps]]
key = "greet"
title = "Greet"

[[steps]]
key = "hear"
kind = "ask"
title = "Hear why"
asks = ["why"]
next = "end"
"""
"""A greeting, and a field that may be left empty."""


def simple(name: str, steps: list[dict[str, str]], reason: str = "") -> str:
    """Return a guide of plain steps; ``touch_point`` is as people say it: required, verbatim or optional."""
    return write_guide(
        {
            "name": name,
            "for": {"reasons": [reason] if reason else []},
            "steps": [_plain(step, is_last=step is steps[-1]) for step in steps],
        }
    )


def _plain(step: dict[str, str], *, is_last: bool) -> dict[str, str]:
    told, kind = dict(step), step.get("touch_point", "")
    if kind in ("required", "verbatim"):
        told["required"] = "always"
    if kind in ("required", "optional"):
        told["touch_point"] = "free"
    return told | ({"next": "end"} if is_last else {})
