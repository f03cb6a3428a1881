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
WISH_DIMENSIONS = {
    "rep": "rep",
    "leaving_reason": "reason",
    "leaving_detail": "detail",
    "product": "product",
    "segment": "segment",
    "channel": "channel",
    "guide": "guide",
    "control": "is_control",
    "day": "local_date",
}
CLAIM_DIMENSIONS = {
    **WISH_DIMENSIONS,
    "team": "team",
    "offer": "offer",
    "offer_version": "offered_version",
    "guide_version": "guided_version",
    "seller": "seller",
    "selling_team": "selling_team",
    "currency": "currency",
}
PRESENTATION_DIMENSIONS = {
    "rep": "rep",
    "offer": "offer",
    "because": "why",
    "leaving_reason": "reason",
    "leaving_detail": "detail",
    "segment": "segment",
    "channel": "channel",
    "day": "local_date",
    "hour": "local_hour",
    "weekday": "local_weekday",
}
EVALUATION_DIMENSIONS = {**CONTACT_DIMENSIONS, "form": "form"}
DIMENSIONS = tuple(
    CONTACT_DIMENSIONS
    | PROMISE_DIMENSIONS
    | OFFER_DIMENSIONS
    | PROMPT_DIMENSIONS
    | ALONE_DIMENSIONS
    | CLAIM_DIMENSIONS
    | EVALUATION_DIMENSIONS
    | {"rebuttal": "", "criterion": ""}
)
CLAIM_COLUMNS = """
    claim.*,
    claim.offer || ' ' || CAST(claim.offer_version AS VARCHAR) AS offered_version,
    claim.guide || ' ' || CAST(claim.guide_version AS VARCHAR) AS guided_version
"""
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
            "a contact that came in, with the arrival of the customer's next one on any channel, and its cause",
            """
            SELECT * FROM (
                SELECT
                    fact_contact.*,
                    fact_return.cause,
                    CASE WHEN customer_id IS NOT NULL THEN
                        LEAD(arrived_at) OVER (
                            PARTITION BY customer_id ORDER BY arrived_at, fact_contact.contact_id
                        )
                    END AS next_arrival
                FROM fact_contact
                LEFT JOIN fact_return ON fact_return.contact_id = fact_contact.contact_id
                WHERE fact_contact.programme_id = :programme AND arrived_at >= :starts AND direction = 'in'
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
            "wish",
            "a customer's wish to leave, with the claim that came of it",
            """
            SELECT wish.*, claim.state, claim.why, claim.matures_at
            FROM fact_leaving AS wish
            LEFT JOIN fact_claim AS claim
                ON claim.programme_id = wish.programme_id AND claim.attempt_id = wish.public_id
            WHERE wish.programme_id = :programme AND wish.opened_at >= :starts AND wish.opened_at < :ends
            """,
            WISH_DIMENSIONS,
        ),
        Relation(
            "claim",
            "a save that is claimed, on the day it was made",
            f"""
            SELECT {CLAIM_COLUMNS} FROM fact_claim AS claim
            WHERE claim.programme_id = :programme AND claim.made_at >= :starts AND claim.made_at < :ends
            """,  # noqa: S608 - columns named above
            CLAIM_DIMENSIONS,
        ),
        Relation(
            "claim_rebuttal",
            "a rebuttal used on the contact of a save that is claimed",
            f"""
            SELECT {CLAIM_COLUMNS}, used.rebuttal FROM fact_claim AS claim
            JOIN fact_claim_rebuttal AS used ON used.claim_id = claim.claim_id
            WHERE claim.programme_id = :programme AND claim.made_at >= :starts AND claim.made_at < :ends
            """,  # noqa: S608 - columns named above
            {**CLAIM_DIMENSIONS, "rebuttal": "rebuttal"},
        ),
        Relation(
            "verified",
            "a claim that has matured, on the day it did",
            f"""
            SELECT {CLAIM_COLUMNS} FROM fact_claim AS claim
            WHERE claim.programme_id = :programme AND claim.state = 'matured'
                AND claim.matures_at > :starts AND claim.matures_at <= :ends
            """,  # noqa: S608 - columns named above
            {**CLAIM_DIMENSIONS, "day": "matured_on"},
        ),
        Relation(
            "presentation",
            "an offer that was on a rep's page for a customer",
            """
            SELECT * FROM fact_presentation
            WHERE programme_id = :programme AND shown_at >= :starts AND shown_at < :ends
            """,
            PRESENTATION_DIMENSIONS,
        ),
        Relation(
            "evaluation",
            "a contact drawn at random and scored, by the day it came; its rep is who had it last",
            """
            SELECT contact.*, scored.evaluation_id, scored.form, scored.score, scored.passed, scored.is_fatal,
                scored.customer_error, scored.business_error, scored.compliance_error
            FROM fact_contact AS contact
            JOIN fact_evaluation AS scored ON scored.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND scored.is_random
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            EVALUATION_DIMENSIONS,
        ),
        Relation(
            "criterion",
            "a question that applied to a contact drawn at random and scored",
            """
            SELECT contact.*, scored.answer_id, scored.form, scored.criterion, scored.score
            FROM fact_contact AS contact
            JOIN fact_criterion AS scored ON scored.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND scored.is_random
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            {**EVALUATION_DIMENSIONS, "criterion": "criterion"},
        ),
        Relation(
            "duty",
            "a supervisor's time on duty, begun and ended by themselves, by the day it began; its rep is they",
            """
            SELECT * FROM fact_duty
            WHERE programme_id = :programme AND started_at >= :starts AND started_at < :ends
            """,
            {"rep": "coach", "day": "local_date", "hour": "local_hour", "weekday": "local_weekday"},
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
