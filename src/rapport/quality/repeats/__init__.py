"""Why customers came back: each return is laid to a cause, and goes to whoever can mend that.

A *return* is the next contact of a customer within seven days after one that was answered, on any channel: what
keeps that one from counting as resolved at first contact (metric ``first_contact_resolution``). When both are
closed, a rule lays it to a cause by what is on file, with what shows it: *another matter*; *access* (what was
needed had to come from elsewhere); *routing* (it came to the wrong place first); *training*; or *unclear*. A
person who read the contacts may lay it to another cause, and says when what caused it was mended.

Invariants, kept by the database: one return for each first contact; what a person laid, the rule does not change.
"""
