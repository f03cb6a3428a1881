"""A wish to leave: recognised, worked fairly, and honoured.

A *save attempt* is opened by the customer, the rep or a prompt, for one product of one customer; it ends with an
outcome: stayed, left, undecided, withdrawn. *Fair-save rules* say by jurisdiction how many offers may be made, for
how long, on which channels none, what must be said and when to stop. A *cancellation* has a certificate, and is
carried out by the partner. A *request* is of somebody we could not make sure of; a rep settles it by a deadline.

Invariants: one open attempt per customer and product; nothing in the rules, and no state of the desk, can stand
before a cancellation; rules in force were agreed to by somebody other than their writer, unless whoever runs the
machine installed them; a cancellation is never undone here, and is kept for three years.
"""
