"""The record: who looked at what and why they could, and proof that neither it nor the event log was altered.

Words: a *look* is one sight of a customer, contact, report or export by somebody; a *link* ties a row of a log to
all before it by a hash; a *digest* is a signed statement, made each hour, of how far the chains had come; an
*alarm* is something that a person should judge, and has one owner.

Invariants: looks, links and digests are never changed or deleted (the database refuses); every row of the event
log and of the access log gets exactly one link; a digest names the one before it; of one cause and person there is
at most one open alarm.
"""
