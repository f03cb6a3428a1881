"""The library: objections that customers raise, the rebuttals that answer them, and articles of knowledge.

An *entry* is one of the three kinds and has a *key* that outlives its *versions*, an *owner* who keeps it right,
and a day by which it is to be *reviewed*. A version is a *draft*, then *submitted*, then *approved* by somebody
who has not written it, then *live* from an instant on; the clock decides which version is live, no job. What is
*withdrawn* is live to nobody. A rebuttal answers one objection by one *approach* (price, personal, tailored,
structural); an *example* is what was said in a real contact, and goes with the person who said it. Invariants: a
version's words never change once written; what a live rebuttal or a published guide needs is not withdrawn.
"""
