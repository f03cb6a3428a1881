"""Numbers in, numbers out: queueing formulas, survival and intervals on NumPy arrays.

No Django, no tables, nothing of ours but this folder. Units are in the names of arguments; every function
works on whole arrays at once, by NumPy's rules of broadcasting, unless it says otherwise.
"""
