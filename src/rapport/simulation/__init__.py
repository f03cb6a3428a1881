"""A floor to experiment on: contacts, reps and patience on a simulated clock, decided by the live router's
policy.

Owns no tables and needs no database; ``replays`` asks it about past days of a programme. Words: a *run* is one
simulated stretch of time; a *replication* is one of several runs that differ by chance alone; a *replay* puts
recorded contacts through a policy.
"""
