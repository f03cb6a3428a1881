"""Sign-in: passwords, second factors and passkeys, who is signed in where, and for how long.

A *sign-in* is one browser let in by one person: it has a beginning, the ways by which it was proved, a limit of
idleness, a latest end, and at last a reason why it ended. A *way* is ``password``, ``totp``, ``recovery_code``,
``webauthn`` (a key as second factor), ``passkey``, or what a partner's identity provider adds. A *try* is counted
before the password is looked at, by account and by network address, in the database, so that all processes of an
installation count together.

Invariants: nobody is let in but through :class:`rapport.signin.adapters.Doorkeeper`; what a page says about a
wrong try does not depend on whether the account exists; an ended sign-in never opens a page again.

The flows between the steps are django-allauth's, which also lets in people from identity providers; the pages,
forms, limits and the list of sign-ins are ours.
"""
