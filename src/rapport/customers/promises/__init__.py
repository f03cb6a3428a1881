"""What was promised to a customer: what, by when, by whom, who keeps it, and what became of it.

A promise is *open* until evidence says that it was *kept*, kept *late*, *broken* or *withdrawn*; what is settled
stays settled. Who keeps it has it as work; nobody hears twice that it is nearly due, or overdue.
"""
