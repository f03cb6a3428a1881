"""One-to-ones of reps and their supervisors: planned, prepared, held, and what came of them.

A *rhythm* says when a rep and their supervisor (the *coach*) meet each week; from it the next *one-to-one* is
planned by itself. It is started and ended on its page, from which the time coached is measured; one that nobody
ends is ended by the clock after its planned length, and says so. Its *agenda* writes itself from what is on file.
It ends in at most three *agreed actions*, each with a criterion, a target and a day on which it is looked at.
Before it the rep *picks* a contact and scores it alone (``quality`` keeps both scores, and shows neither too
early).

Invariants, kept by the database: nobody coaches themselves; one planned by a rhythm for each rep and week; nobody
is in two one-to-ones at once; a one-to-one has at most three actions, and was started before it ended.
"""
