"""The partner's systems, and what ``do`` steps have done there.

A *connector* is one system of the partner: a text (TOML or JSON) that says where it is, how to show who we are,
and the *transactions* it does. A step names one as ``connector.transaction``. A transaction on a contact is on
file before it is sent; its key goes with it each time, so that the system does it once however often it is asked.

Invariants: of one step one transaction is under way at a time; what was answered is kept without numbers that do
not belong in a text; a secret is sealed, and no page shows it.
"""
