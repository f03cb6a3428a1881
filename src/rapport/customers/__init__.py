"""The customer file: who they are, how to reach them, what they hold, what we promised them.

A *customer* is known to the partner by ``key``; several *contact points* (e-mail, telephone) lead to them.
A *segment* says what kind of customer they are; its head start moves them forward in a queue. A *promise* is
ours to the customer, with a due date, until it is kept or broken. An *own rep* keeps a customer in their *book*;
others *stand in*, or keep the book while they are away. Invariants: keys are unique in a programme; every change
of the file is an event with before and after; a customer has one own rep at most, and no book more than its size.
"""
