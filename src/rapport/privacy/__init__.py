"""What a person may ask of their data: to be handed it, to have it not used, to have it gone.

Owns the requests customers make, legal holds, the packages that are handed out, and how long each kind of data is
kept. What there is of a person, each module says in its own ``personal.py`` (:mod:`rapport.kit.personal`); this
module puts them together and knows no other module's tables.

A customer is *active*, *restricted* (kept, and not used) or *erased* (the person is gone, the facts stay).
Invariants: what is erased is erased everywhere in one transaction, or not at all; erasing again changes nothing;
nobody under a *hold* is erased, by hand or by age; a package is taken once; no figure changes.
"""
