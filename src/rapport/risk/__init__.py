"""The risk that a customer leaves: how it is learnt, measured, put in use, and why it is high for somebody.

Words: an *outcome* is whether somebody left; a *feature* something known of them before that; a *record* the
features of one customer; the *usual* value of a feature is what most have, or the middle of what they have.

Invariants: nobody's risk comes from a model that was measured on them and learnt from them at once; a model takes
the place of the one in use only where it is not worse on customers that neither learnt from; without a model there
is no risk, not a risk of nothing.

``table``, ``forest``, ``model``, ``plain``, ``measures`` and ``files`` know nothing of Django.
"""
