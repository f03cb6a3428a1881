"""Background work: jobs that wait in PostgreSQL, and the worker that does them.

A job is deferred inside the transaction of the change it follows from, so it is done if and only if the change
was kept. Jobs are idempotent: a worker that is killed leaves its job unfinished, and it is done again. Each
module keeps its own in ``jobs.py``, made with :func:`rapport.jobs.actions.job`.
"""
