"""The machine room: the command line, the embedded database, and the processes of one installation.

Words: *home* is the folder of an installation's state; the *owner* is the one process that runs its embedded
database (``rapport up``, or a single command for its duration); a *program* is one of the processes that
``rapport up`` starts and watches. Invariants: one owner a home; no process outlives its owner; the database
stops last; no folder that is not ours ever changes its mode.
"""
