"""Practice: a rep talks to a customer who is made up, at the real desk, in a programme that is for nothing else.

A *practice programme* stands behind its own wall (:mod:`rapport.accounts.practising`) with copies of what the real
one says: reasons, outcomes, guides, library, scorecards. A *persona* is who the customer is: how they begin, what
they answer, what they object, and what makes them stay or leave. What is written down when a practice begins, its
*script*, says all that the customer will ever say; what they say next follows from it and from what the rep wrote,
and from nothing else. So a reply is the same whoever works it out, and is stored once.

Invariants: nothing of a practice is in the rows of the real programme; one practice of a rep at a time; an ended
one says how it ended.
"""
