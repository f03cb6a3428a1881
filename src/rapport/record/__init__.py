"""The record's pages: who looked at what, the sealed digests, and the alarms with their owners.

Owns no tables: it shows what :mod:`rapport.audit` keeps, with the customers' keys and the people's names.
"""
