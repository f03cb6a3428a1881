"""The facts that metrics are counted over."""

from __future__ import annotations

from rapport.insight.declaring import Relation

CONTACT_DIMENSIONS = {
    "rep": "rep",
    "queue": "queue",
    "reason": "reason",
    "segment": "segment",
    "channel": "channel",
    "plan": "plan",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
PROMPT_DIMENSIONS = {
    "rep": "rep",
    "kind": "kind",
    "reason": "reason",
    "channel": "channel",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
OFFER_DIMENSIONS = {
    "rep": "rep",
    "because": "declined_because",
    "queue": "queue",
    "reason": "reason",
    "channel": "channel",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
ALONE_DIMENSIONS = {
    "guide": "guide",
    "step": "step",
    "reason": "reason",
    "channel": "channel",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
PROMISE_DIMENSIONS = {
    "rep": "rep",
    "promiser": "promiser",
    "kind": "kind",
    "product": "product",
    "origin": "origin",
    "keeper": "keeper",
    "selling_team": "selling_team",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
DIMENSIONS = (
    *(CONTACT_DIMENSIONS | PROMISE_DIMENSIONS | OFFER_DIMENSIONS | PROMPT_DIMENSIONS | ALONE_DIMENSIONS),
    "team",
)
RELATIONS = {
    relation.key: relation
    for relation in (
        Relation(
            "contact",
            "a contact that came in; its rep is the one who had it last",
            """
            SELECT * FROM fact_contact
            WHERE programme_id = :programme AND arrived_at >= :starts AND arrived_at < :ends AND direction = 'in'
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "return",
            "a contact that came in, with the arrival of the same customer's next one on any channel",
            """
            SELECT * FROM (
                SELECT
                    fact_contact.*,
                    CASE WHEN customer_id IS NOT NULL THEN
                        LEAD(arrived_at) OVER (PARTITION BY customer_id ORDER BY arrived_at, contact_id)
                    END AS next_arrival
                FROM fact_contact
                WHERE programme_id = :programme AND arrived_at >= :starts AND direction = 'in'
            ) AS followed
            WHERE arrived_at < :ends
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "leg",
            "the stretch a contact that came in spent with one rep",
            """
            SELECT * FROM fact_leg
            WHERE programme_id = :programme AND arrived_at >= :starts AND arrived_at < :ends AND direction = 'in'
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "survey",
            "a contact that came in, was answered, and whose customer was asked afterwards",
            """
            SELECT contact.*, survey.rating, survey.resolved AS resolved_by_customer
            FROM fact_contact AS contact
            JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND contact.direction = 'in'
                AND contact.answered_at IS NOT NULL
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "wait",
            "a contact that came in and whose customer was told of the wait",
            """
            SELECT contact.*, wait.told_seconds, wait.low_seconds, wait.high_seconds, wait.waited_seconds
            FROM fact_contact AS contact
            JOIN fact_wait AS wait ON wait.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND contact.direction = 'in'
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "coverage",
            "a contact that came in, was answered, and had a guide",
            """
            SELECT contact.*, guide.required, guide.covered
            FROM fact_contact AS contact
            JOIN fact_coverage AS guide ON guide.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND contact.direction = 'in'
                AND contact.answered_at IS NOT NULL
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            CONTACT_DIMENSIONS,
        ),
        Relation(
            "self_service",
            "a contact whose customer began to go through a guide alone",
            """
            SELECT alone.*, survey.resolved AS resolved_by_customer
            FROM fact_self_service AS alone
            LEFT JOIN fact_survey AS survey ON survey.contact_id = alone.contact_id
            WHERE alone.programme_id = :programme AND alone.arrived_at >= :starts AND alone.arrived_at < :ends
            """,
            ALONE_DIMENSIONS,
        ),
        Relation(
            "prompt",
            "a prompt that was on a rep's page, on a contact that came in; its rep is whose page it was on first",
            """
            SELECT * FROM fact_prompt
            WHERE programme_id = :programme AND made_at >= :starts AND made_at < :ends AND direction = 'in'
                AND shown_at IS NOT NULL
            """,
            PROMPT_DIMENSIONS,
        ),
        Relation(
            "promise",
            "a promise to a customer, by the day it was due; its rep is who made it",
            """
            SELECT * FROM fact_promise
            WHERE programme_id = :programme AND due_at >= :starts AND due_at < :ends
            """,
            PROMISE_DIMENSIONS,
        ),
        Relation(
            "offer",
            "a contact that rang at a rep, who took it, declined it or did not answer",
            """
            SELECT * FROM fact_offer
            WHERE programme_id = :programme AND offered_at >= :starts AND offered_at < :ends
                AND result IN ('accepted', 'declined', 'missed')
            """,
            OFFER_DIMENSIONS,
        ),
        Relation(
            "continuity",
            "a contact that came in of a customer with an own rep, who is its rep here whoever had it",
            """
            SELECT * FROM fact_continuity
            WHERE programme_id = :programme AND arrived_at >= :starts AND arrived_at < :ends AND direction = 'in'
            """,
            {**CONTACT_DIMENSIONS, "rep": "own_rep", "team": "team"},
        ),
        Relation(
            "state_span",
            "a finished stretch of a rep's time in one state, cut at local hours",
            """
            SELECT * FROM fact_state_span
            WHERE programme_id = :programme AND span_started_at < :ends AND span_ended_at > :starts
                AND started_at >= :starts AND started_at < :ends
            """,
            {"rep": "rep", "day": "local_date", "hour": "local_hour", "weekday": "local_weekday"},
        ),
    )
}
