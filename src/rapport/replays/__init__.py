"""Past days played again by other plans of routing, beside the one in force.

A *replay* takes the contacts of some days, the hours reps were on the floor and what they know, and puts them
through several plans, each several times. It is asked for, run by the worker, told of while it runs, and kept with
its result. Owns those asked for; the figures are ``simulation``'s.
Invariant, held by the database: the same days and plans are not run twice.
"""
