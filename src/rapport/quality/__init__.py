"""How well a contact was handled: scorecards, which contacts are looked at, evaluations, calibration, and causes.

A *scorecard* is a text in numbered *versions*: sections of *questions* whose weights add up to a hundred. A
version never changes; it is approved by somebody who neither wrote nor handed it in.
A *selection* is a contact that was picked to be scored: drawn at *random* by a *sampling rule*, or chosen for a
reason. Figures count random ones only.
An *evaluation* is one person's answers about one contact: the rep's own, a peer's, the official one of an analyst
or a supervisor, the *second opinion* that settles an *appeal*, or one of a *calibration*, in which several score
one contact unseen.

Invariants, kept by the database: nobody scores themselves but as themselves; one official evaluation of a
selection stands; an appeal is settled by somebody who neither made it nor scored first; scores do not change.
Kept by the queries: the rep's own score and the official one are shown to the other side once both are in.

``definition`` says what a scorecard is, ``scoring`` what answers amount to, ``sampling`` who is drawn: all pure.
"""
