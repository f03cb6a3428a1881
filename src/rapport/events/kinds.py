"""What an event may carry: numbers, yes or no, and codes. A test looks at every field of every event.

The log is never changed, and keeps its order and its seal for ever; a person must be able to go. So a customer's
name, address, or words are in no event: they live in ordinary rows, which can be erased.
"""

from typing import Annotated

Code = Annotated[str, "code"]
"""A key, an id, a state, the name of a field, a day: nothing that somebody wrote, and no person's name or address.

Customers are named by their public id, never by the partner's key.
"""
