"""What customers may be offered: an *offer* is a text in numbered *versions*: terms, cost, words, conditions.

A version never changes; it is approved by somebody who neither wrote nor handed it in, and is live from a time on.
*Stock* is how often an offer can be accepted in all, *budget* what its acceptances may cost in a month; both are
held while the offer is on the table, and never go below nothing. *Authority* is what a level may grant to whom.

``definition`` says what an offer and a programme's rules of offers are; ``newcomers`` finds what is better for new
customers than for loyal ones; ``allowance`` keeps stock and budget.
"""
