"""A programme to look at: a card issuer's customers, a month of their contacts, and a floor that goes on working.

Everything is made up from published figures: no recorded contact, no real person. The month is simulated call by
call (``month``) and copied into the tables in one transaction, so that it is there wholly or not at all. The live
floor (``floor``) is a process whose customers and reps use the same actions as people do.
"""
