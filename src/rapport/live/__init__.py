"""The event streams, in a process of their own: no ORM, no pages, no rights to decide.

An ordinary view decides who may hear which channels and signs them into a *ticket*; this process checks the
signature, listens to PostgreSQL once for everybody, and hands on names and ids. Pages fetch what they show, so
rights are checked each time and a page is always right. Invariants: at most two database connections whatever
the number of streams; a stream that cannot keep up is told to reload; reconnecting is the same as connecting.
"""
