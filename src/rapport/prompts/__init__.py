"""What the machine recognises while a contact talks, and what it prompts: on this machine, by models small enough.

*Sentence vectors* turn a sentence into numbers that are near for near meanings (`text/`). A *recogniser* returns
*findings*, what one message shows: the reason for the contact or none of those known (`reasons`), an objection,
a thought of leaving, distress, a promise, sensitive data, a touch point covered. The *ranker* orders the next
steps of a guide by what was said and done (`steps/`). All of that is pure: texts and examples in, answers out. A
*prompt* is what the rep is told of a finding, or what could be done next; it points at steps, rebuttals and
articles by their keys. The *prompter* is the process that hears each message once (`hearing`) and writes prompts;
a contact's *listening* says how far it was heard. A programme's own chats teach a *model of reasons* (`learning`),
which takes the place of what is in use (`trained`) where it is better beyond chance.

Invariants: nothing is downloaded and no text leaves the machine; below its threshold an answer is *nothing*; the
same examples give the same model. A message is heard once, whoever hears it; a kill at any moment loses and
doubles nothing; what the rep dismissed does not come back. No prompt scores what a rep feels.
"""
