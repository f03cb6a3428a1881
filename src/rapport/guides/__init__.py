"""What reps say and ask, step by step: a guide for a reason, with touch points that must not be missed.

A *guide* has numbered *versions*; the newest is the one new contacts begin with, and a contact keeps the
version it began with. A *step* says, asks, checks or closes something. A *touch point* is a step that counts:
*required* (in the rep's own words), *verbatim* (word for word, required too) or *optional*.
*Coverage* is the share of required touch points that were ticked. Invariant: a published version never changes,
and the required touch points left open when a contact is wrapped up have a reason on file.
"""
