"""What is done when a customer wishes to leave, and what they are offered.

``leaving`` has the wish itself: the save attempt, the rules that keep it fair, the cancellation with its
certificate.
"""
