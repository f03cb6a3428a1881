"""Who sold what to a customer, and what was promised then: provenance, from the partner's feed.

A *sale* is known to the partner by ``key``. Of several rows about one the latest as of its own time
counts, in whatever order they come; what it promised is among all promises (:mod:`rapport.customers.promises`).
"""
