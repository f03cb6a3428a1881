"""What reps say, ask and do, step by step: guides with touch points not to be missed, and freedom around them.

A *guide* is a text in numbered *versions*; the version in force is the one new contacts begin with, and a contact
keeps the version it began with. A *step* says, asks, does, checks, branches, offers, answers an objection or
closes. A *touch point* is a step that counts: verbatim, guided or free, required always or under a condition. The
*way* is what a contact comes by as things are known. *Freedom* is what a level may rephrase, reorder or leave
out. *Coverage* is the share of required touch points that were done.

Invariants: a version never changes and is approved by somebody who neither wrote nor submitted it, unless whoever
runs the machine installs it; required touch points left open at wrap-up have a reason on file; at level 0 nothing
is rephrased, moved or left out.

``definition`` says what a guide is; ``engine`` and ``moves`` run it; ``versions`` and ``publishing`` keep it;
``library`` has objections, rebuttals and articles.
"""
