"""Sets the stage of guides on the desk: a programme of their own, with two reps at two levels.

Run again, it publishes the next version of the guide.
"""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer
from rapport.guides import publishing
from rapport.kit.walls import inside
from rapport.routing import actions as routing

PASSWORD = "a journey of its own"
REPS = {"gina": ("Gina Free", 4), "stan": ("Stan Strict", 0)}
GUIDE = """
name = "Close a card"
for = { reasons = ["cancel"] }
freedom = { skill = "retention" }
fields.why = { label = "Why do they leave?", type = "choice", choices = ["the fee", "moving"] }
fields.cards = { label = "How many cards?", type = "number", most = 9 }
fields.got = { label = "What did they get?", saves = "value_given", optional = true }

[[steps]]
key = "greet"
title = "Greet"
words = "Good day {customer.first_name|}."
points = ["by name", "thank them for waiting"]
touch_point = "guided"
required = "always"
rephrase_from = 3
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "hear" }]
next = "identify"

[[steps]]
key = "identify"
title = "Make sure who they are"
touch_point = "verbatim"
required = "always"
words = "Please tell me the last two digits of your card."
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "sort" }]
next = "hear"

[[steps]]
key = "hear"
kind = "ask"
title = "Hear the reason"
words = "What made you decide?"
touch_point = "free"
required = "always"
asks = ["why", "cards"]
branches = [{ when = [{ field = "contact.upset", is = [true] }], to = "identify" }]
next = "sort"

[[steps]]
key = "sort"
kind = "branch"
title = "By why they leave"
branches = [{ when = [{ field = "why", is = ["the fee"] }], to = "fee" }]
next = "close"

[[steps]]
key = "fee"
title = "Speak of the fee"
touch_point = "free"
required = "always"
skip_from = 4

[[steps]]
key = "close"
kind = "close"
title = "Give value and thank them"
asks = ["got"]

[[steps]]
key = "dear"
kind = "objection"
title = "It is too dear"
words = "What do you compare it with?"
aside = true
"""


def main() -> None:
    programme, is_new = accounts.ensure_programme(key="guided", name="Guided", requires_second_factor=False)
    with inside(programme.pk):
        if not is_new:
            publishing.install(programme=programme, text=GUIDE.replace("Speak of the fee", "Say it otherwise"))
            return
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        for who, (name, level) in REPS.items():
            member = accounts.ensure_member(
                programme=programme, agent_id=who, name=name, username=who, password=PASSWORD
            )
            routing.set_proficiency(member=member, skill="retention", level=level)
        publishing.install(programme=programme, text=GUIDE)
        customer = Customer.objects.create(programme=programme, key="G-1", name="Grace Hopper")
        ContactPoint.objects.create(
            programme=programme, customer=customer, kind="email", value="grace@example.org"
        )
