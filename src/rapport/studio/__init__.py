"""Where a programme is set up: its people and their clearance, what its roles may do, its rules of entry, tokens.

Owns no tables; every change goes through the actions of the modules below, which check and record it.
"""
