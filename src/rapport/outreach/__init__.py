"""Reaching out to customers: the lists of those to speak with, by stated criteria.

Words: *criteria* are conditions on what is known of a customer; who meets all of them *fits*; who fits and is not
*suppressed* is on the list. A *refresh* looks again, and keeps who came and who went.

Invariants: suppression wins over every criterion, on screen, in a list and in a file; criteria reach the database
as parameters of one query; what a list says of a customer is what the query says (a property test holds them
together); who looks at a list or takes it out is on record.
"""
