"""The rep's desk: one contact, its customer, its guide, and the way from the ring to the outcome.

Composes the modules below it and owns no tables. Its words: the *work* is the desk's three columns, fetched again
whenever something about the rep's contact changes; the *offer* is a ringing contact; *in hand* is the contact
talked to or wrapped up.
"""
