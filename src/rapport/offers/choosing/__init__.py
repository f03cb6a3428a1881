"""What a customer is offered: who may have what, what pays, what is drawn, and what came of it.

A *choice* is made once for a contact, a slot and a reason: layers remove offers, each with its words; of those
left, what pays is drawn by how likely it is the best (*exploration*, capped), and every chance is kept with it.
*Control* is the share of customers who are offered nothing, drawn by a keyed hash. *Stuck* is what came of it.

``layers``, ``policy`` and ``learning`` are pure; ``judging`` tells what another policy would have kept.
"""
