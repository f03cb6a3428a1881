"""Sets the stage of guides that customers go through alone: a programme of their own, with one rep."""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.guides import publishing
from rapport.kit.walls import inside

PASSWORD = "a journey of its own"
GUIDE = """
name = "Close a card"
self_service = true
for = { reasons = ["cancel"] }
fields.why = { label = "Why?", customer_label = "Your reason", type = "choice", choices = ["the fee", "moving"] }
fields.words = { label = "In their words", customer_label = "In your words", optional = true }
fields.day = { label = "Which day?", type = "date" }

[[steps]]
key = "who"
kind = "branch"
title = "Alone?"
branches = [{ when = [{ field = "contact.alone", is = [true] }], to = "hear" }]
next = "greet"

[[steps]]
key = "greet"
title = "Greet"
words = "Good day {customer.first_name|}."
touch_point = "free"
required = "always"

[[steps]]
key = "hear"
kind = "ask"
title = "Hear the reason"
customer_words = "Why would you like to close your card?"
touch_point = "free"
required = "always"
asks = ["why", "words"]

[[steps]]
key = "terms"
title = "Terms"
words = "Closing it costs nothing."
touch_point = "verbatim"
required = "always"

[[steps]]
key = "day"
kind = "ask"
title = "The day"
customer_words = "When shall it end?"
asks = ["day"]

[[steps]]
key = "close"
kind = "close"
title = "Close"
words = "You get a letter within a week."
"""


def main() -> None:
    programme, _ = accounts.ensure_programme(key="alone", name="Northbank Cards", requires_second_factor=False)
    with inside(programme.pk):
        for key, name in (("cancel", "Close my card"), ("fee", "A fee on my statement")):
            contacts.ensure_reason(programme=programme, key=key, name=name)
        contacts.ensure_disposition(programme=programme, key="done", name="Done")
        accounts.ensure_member(
            programme=programme, agent_id="alma", name="Alma Able", username="alma", password=PASSWORD
        )
        publishing.install(programme=programme, text=GUIDE)
