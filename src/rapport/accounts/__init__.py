"""Partners, programmes (the walls), people and their place on a programme, and sign-in.

A *partner* entrusts its customers to us in one or more *programmes*. A *member* is a person's place on a
programme, with one role; a person without a place on a programme does not know that it exists.
"""
