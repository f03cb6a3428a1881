"""Figures: what they are, how they are counted, and the pages that show them.

Owns no tables. It reads the facts, views made by the modules that own the rows: ``fact_contact`` and
``fact_leg``, ``fact_continuity`` (contacts), ``fact_state_span``, ``fact_offer``, ``fact_wait`` (routing),
``fact_survey`` (feedback), ``fact_coverage``, ``fact_step`` (guides), ``fact_prompt`` (prompts).

Words: a *metric* is one declaration in :mod:`registry`; a *figure* is its value for a period and a group, with
numerator and denominator; a *cut* is the dimensions a figure is split by; a *cohort matures* when the time that
decides its outcome has passed.

Invariants: a metric is counted by the SQL of its declaration and nowhere else; that SQL gives the same figures on
PostgreSQL and on DuckDB; dates are local to the programme and inclusive; a contact belongs to the day and hour in
which it arrived; a contact that met several reps counts once overall.
"""
