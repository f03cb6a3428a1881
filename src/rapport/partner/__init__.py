"""The partner's own page: how its programme does, its feeds, its Rally Notes and its record, and no staff by name.

What the partner may see is what the role of a partner viewer grants; what people are called there is decided by
:mod:`rapport.accounts.names`.
"""
