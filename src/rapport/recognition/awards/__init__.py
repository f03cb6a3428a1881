"""Monthly awards: categories, who won, and why; decided from matured facts, announced by people.

A *category* is data of the programme: a measure of the metrics' registry (or the votes of peers), whether the
level or the improvement counts, the months it is held, and how sure it must be. A job *drafts* an *award* of a
category and month once everything that it counts has matured: each rep's figure, adjusted for the kind of work
and drawn to the middle, the chance that each is the best, and how fair the rule is to shifts and kinds of work.
A manager *approves* it, the partner *confirms* it where the category asks, and it is *announced*. Where a claim
that counted changes afterwards, an award is counted again: unannounced, it is drafted anew; announced, it is *in
doubt* until a person takes it back, with the cause, or lets it stand.

Invariants, kept by the database: one award of a category and month; nobody wins an award twice; one vote a member,
category and month, and never for oneself; an announced award was approved, and confirmed where that is asked.
Nothing here counts contacts but to say that there are too few. Who voted for whom is shown to nobody.
"""
