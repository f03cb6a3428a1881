"""What the machine recognises while a contact talks, and what it prompts: on this machine, by models small enough.

*Sentence vectors* turn a sentence into numbers that are near for near meanings (`text/`). The *recogniser* says
what one message shows (`recognise`): the reason for the contact or none of those known (`reasons`), an objection,
a thought of leaving, distress, a promise, sensitive data, a touch point covered. The *ranker* orders the next
steps of a guide by what was said and done (`steps/`). All of it is pure: texts and examples in, answers out.

Invariants: nothing is downloaded and no text leaves the process; below its threshold an answer is *nothing*; the
same examples give the same model. No prompt scores what a rep feels.
"""
