"""Rally Notes by e-mail: who wants them where, and what became of each copy.

A *recipient* is a member who asked for it, or an address of the partner's that the manager put there. A member's
counts once the code that was sent to it has been typed in. When notes are published, each recipient has one
*sending*, which the worker hands to the installation's mail server (``kit.mail``), in words its reader may see.

Invariants: one sending for a recipient and letter, however often its job runs. A try is on record before the
letter leaves, so that one whose end nobody knows is never silent: it is tried again with the same Message-ID,
and shown. An address goes with its row: when its owner stops, leaves, or may no longer read. Where people
practise, and where no mail server is set, there are no sendings.
"""
