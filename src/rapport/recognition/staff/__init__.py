"""How work is for those who do it: one question a fortnight, answered by nobody in particular.

Every *fortnight* has a *round*. Who answers is noted, so that nobody answers twice, and that is all that is kept
of them: no time, no order. What they said is added to *tallies*, counts by team and answer; there is no row of an
answer. All tallies of a round are written anew with every answer, so that not even the database's own marks tell
which one it went to. Nothing is shown before the fortnight is over, nor of a group, or of what is left when shown
groups are taken off, that is smaller than the round's *fewest* (``guard``); that was fixed when the round began.

*Signs* (``signs``) are plain facts of somebody's own work beside their own weeks before. They are counted at each
look and kept nowhere; the person sees them first, and shows one to a reader if they like, for four weeks at most.
*Who stays* (``staying``) tells of groups how long people stay, and in quarters of how many a sign stands out,
counted once a fortnight; of that only the words are kept.
"""
