"""Queues, skills, presence, and the match of contact and rep.

The *policy* (``policy.decide``) is pure; the *router* is the one writer of assignments for a programme. An
assignment is an *offer*: the rep accepts within the programme's time, or the contact goes back to its old place
and the rep is *not responding*. *Presence* is what a rep does now; the *state ledger* keeps every stretch of it.
Who is *preferred* is asked first for a while; a *call-back* is a time at which we ring a customer up.
Invariants, held by the database: one open offer per contact and per rep, one open stretch per rep.
Locks are taken in one order: contact, then presence, then offer.
"""
