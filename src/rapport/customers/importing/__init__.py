"""Taking the partner's customer file in: made where missing, brought up to date where it says something else.

The partner's key decides who is who. What the file does not name is left alone; what is new or changes is an
event. Batches are one transaction each, so that an import can be stopped at any moment and run again.
"""
