"""A contact's life on any channel, from arrival to outcome.

::

    arrived ── waiting ── active ── wrap_up ── closed
       │          │  ▲       │
      left    abandoned └────┘  (handed on, or the rep vanished: at the old place)
     served                     (the customer did it alone)

A *leg* is the stretch a contact spent with one rep; a *reason* is why the customer came; a *disposition* is how
it went, chosen from the few that fit the reason; a *follow-up* is a rep's check, on the next contact, that the
last outcome still holds. Invariants: a contact has at most one open leg; ``placed_at`` is its place in the
queue and survives every return to it; every step is an event in the same transaction.
"""
