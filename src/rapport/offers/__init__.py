"""What is done when a customer wishes to leave, and what they are offered.

``leaving`` has the wish itself: the save attempt, the rules that keep it fair, the cancellation with its
certificate.
``catalogue`` has what may be offered, ``choosing`` what a customer is offered and what came of it, ``fulfilling``
what the partner does because something was accepted. (An offer of a contact to a rep is routing's, and another
thing.)
"""
