"""Reads logs of calls made elsewhere: pure functions from files to records, without the database.

Words: a *format* is a way logs are written; a *record* is one call as we understand it; a *bad row* is a
line that could not be read, with its number and the reason. A reader never stops at a bad row and never
guesses a value.
"""
