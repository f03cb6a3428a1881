"""The event log: what happened, in order, never changed; and its delivery to listeners and live streams.

Every action writes one event in its own transaction. The log is the history that figures, replay, audit and
integrations read. Invariant: the database refuses to update or delete an event.
"""
