"""The plan of a programme's routing: what a manager says of queues, skills, steps, priority and capacity.

A plan is a text (TOML or JSON) that is read, checked and kept as written: docs/reference/routing-plan.md.
"""
