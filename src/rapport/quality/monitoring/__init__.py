"""Sitting in on a chat while it is held: watch it, whisper to its rep, join it.

Whoever has the right opens the contact's page and *sits in*; its rep sees at once who does. A *whisper* reaches
the rep and nobody else. Who *joins* is named to the customer and writes in the chat under their own name. Each
step is an event on the record. It is over when they leave, when their page has been closed for a while, or when
the conversation is over. A call is monitored by its telephone system.

Invariants: nobody sits in on their own contact; a person sits in on a contact once at a time (a constraint); a
whisper is in a table of its own, told on channels that no customer's page may hear; one sent twice is kept once.
"""
