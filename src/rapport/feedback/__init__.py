"""What customers say about a contact: two answers and a sentence.

A *survey* belongs to one answered contact. It is asked for when the conversation ends, and may be answered, and
corrected, for a day after its first answer. Invariants: one survey per contact; a rating is 1 to 5; what the
customer wrote stays with the contact and is not in the event log.
"""
