"""Rewards: which ones reps value, what there is to give, and what was given.

Invariants, kept by the database: what is given in a month never costs more than its budget, and no more is given
of a reward than there is, however many give at once; nobody gives to themselves; a wish list names a reward once.
"""
