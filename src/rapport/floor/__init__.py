"""The supervisor's live floor, and a contact's page to read. Owns no table.

Figures come from the metric registry, states and waits from routing; every part fetches itself again when
something happens on the floor, so that rights are checked each time. Invariant: the number of queries does not
grow with the number of reps, contacts or days.
"""
