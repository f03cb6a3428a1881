"""Chat with a customer: messages both ways, each once, on a contact.

A customer's page holds a signed cookie naming its contact; ``customer_seen_at`` says when the page was last
alive. Who closes the page while waiting is taken to have left after a grace period, so that a reload or a lost
connection costs nothing. Invariant: a message sent twice with one ``client_id`` is stored once.
"""
