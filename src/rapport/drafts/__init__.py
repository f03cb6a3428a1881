"""Drafts from a service outside, for programmes that want one: off until somebody turns it on.

A *service* speaks the protocol of OpenAI's chat completions. A *draft*, of the next message or of the wrap-up's
line, is made when a rep asks for it, shown as one, and is nothing before the rep has edited and sent or kept it.

Invariants: what leaves has no sensitive numbers, names, addresses or telephone numbers that we know of; that it
left and how much is on record, never the words; nothing leaves while the service is off.
"""
