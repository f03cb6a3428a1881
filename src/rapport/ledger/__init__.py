"""The stick ledger: who says they kept a customer, and whether the partner's own books bear it out.

- **Claim**: a save somebody made: which account, which words, which offer, at what cost. It is *provisional* until
  the day it matures, then *matured* or *reversed*; *void* where there was nothing to save.
- **Account**: what a customer has with the partner, as the partner's feed of accounts names it.
- **Fact**: the partner's word on an account: on this day it was active, not paying, cancelled …
- **Posting**: one line of the books. Every movement of a claim is two lines that add up to nothing.

Invariants: a claim's state follows from the partner's facts and the time alone (:mod:`judging`), never from the
order in which they came. Postings and facts are only ever added: the database refuses to change or delete them. An
entry that does not balance is refused by the database. Whoever writes takes the programme's turn first.
"""
