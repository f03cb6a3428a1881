"""Certificates: who may serve a programme, a skill or a product, until when, and what the next level asks.

A *kind* of certificate is written in versions, which two people bring about: what it covers, its *levels* and what
each asks. A certificate is granted by rule, once what the level asks is on file, and by a person, who is not the
rep. It is *certified*, then *due*, *overdue* and *expired* by the calendar, or *revoked* for a reason.
While a rep is *on the job* every contact of theirs is put among those to be scored, until the standard is met.

What lapses takes effect at once: routing has a *permit* of each certificate that keeps contacts or freedom behind
it, which is given and ended in the same transaction and holds until the moment that the certificate does.
Invariants, held by the database: one open certificate of a kind and rep, one on-the-job phase; nobody certifies
themselves; an ended one says how it ended, a revoked one who did it and why.
"""
