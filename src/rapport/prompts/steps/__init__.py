"""Which step comes next: those of a script's graph, ordered by what was said and done so far.

Two models after one another. One is shared by all scripts: a conditional logit over what a situation shows (who
spoke last, yes, no, thanks, what an inquiry gave) crossed with what a step is (its place in the graph after what
was done, the words of its reply, how near these are to what was said). It ranks the steps of a script never met.
Where a script has dialogues of its own, a second model learns its words, upon what the first one says.
"""
