"""Words on trial: other words for a step of a guide, or for a rebuttal, beside those in force.

A *trial* has a control, the words in force, and up to four *others*, each for the same share of customers. It is
proposed by one person and begun by a second one, as words to customers always are. Each customer is *drawn* once,
by a secret key; the draw of a contact is kept, so that a reload, a transfer or another rep finds the same words.
Once the words were before a rep they were *shown*: only such contacts count. A trial ends by itself in the end.

Invariants: at most one trial of a step or a rebuttal; its words are not changed while it is on; what wins becomes
the next version of the guide or the rebuttal, approved by somebody who did not write it.
"""
