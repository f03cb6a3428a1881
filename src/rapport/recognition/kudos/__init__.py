"""Thanks from anyone to a rep, with the contact attached; and milestones of the time somebody is here.

And uncommon service: contacts that rules find, each settled by one person, once, with a line of why; never by the
rep whose it is. What is confirmed the rep is told, and Rally Notes tell it.

Invariants, kept by the database: nobody thanks themselves; at most five thanks a giver and week, and one of them
to the same rep, so that thanks are worth something; one withdrawn keeps its place. A contact is attached only by
who may read it, and only where the rep thanked had it.
"""
