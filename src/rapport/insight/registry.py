"""The metrics: each is declared here once, and counted by this SQL wherever it is shown.

The SQL is the portable subset that sqlglot renders for each engine. ``:name`` is a value:
``:answer_within_seconds`` is the programme's, ``:return_hours`` an option, ``:seen_until`` the instant up to which
the programme was observed (now, or the end of the local day of its last contact where that is earlier, so that an
old log ends where it ends).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapport.kit.errors import Invalid

Kind = Literal["count", "ratio", "mean"]

RETURN_HOURS = 7 * 24
ANSWERED = "outcome = 'answered'"
OFFERED = "outcome IN ('answered', 'abandoned')"
KNOWN = "outcome = 'answered' AND customer_id IS NOT NULL"
SEEN = f"{KNOWN} AND ended_at + :return_hours * INTERVAL '1 hour' <= :seen_until"
STAYED_AWAY = "(next_arrival IS NULL OR next_arrival > ended_at + :return_hours * INTERVAL '1 hour')"
TOLD = "waited_seconds IS NOT NULL AND told_seconds IS NOT NULL"
RANGED = f"{TOLD} AND high_seconds IS NOT NULL"
OWN_TARGET = "COALESCE(answer_within_seconds, :answer_within_seconds)"
HANDLED = "outcome = 'answered' AND closed_at IS NOT NULL"
WRAPPED = "wrap_up_seconds IS NOT NULL"


def contacts_where(condition: str) -> str:
    """Return the SQL that counts rows for which the condition holds."""
    return f"COUNT(CASE WHEN {condition} THEN 1 END)"


def total(amount: str, condition: str) -> str:
    """Return the SQL that adds up an amount over rows for which the condition holds."""
    return f"SUM(CASE WHEN {condition} THEN {amount} ELSE 0 END)"


def distinct_contacts(condition: str) -> str:
    """Return the SQL that counts contacts, once each, with a row for which the condition holds."""
    return f"COUNT(DISTINCT CASE WHEN {condition} THEN contact_id END)"


@dataclass(frozen=True, slots=True)
class Relation:
    """Facts that metrics are counted over: what one row is, its SQL, and the dimensions it can be split by."""

    key: str
    row: str
    sql: str
    dimensions: Mapping[str, str]


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
DIMENSIONS = (*(CONTACT_DIMENSIONS | OFFER_DIMENSIONS), "team")
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
            "a contact that came in and whose customer was asked afterwards",
            """
            SELECT contact.*, survey.rating, survey.resolved AS resolved_by_customer
            FROM fact_contact AS contact
            JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND contact.direction = 'in'
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
            "a contact that came in and had a guide",
            """
            SELECT contact.*, guide.required, guide.covered
            FROM fact_contact AS contact
            JOIN fact_coverage AS guide ON guide.contact_id = contact.contact_id
            WHERE contact.programme_id = :programme AND contact.direction = 'in'
                AND contact.arrived_at >= :starts AND contact.arrived_at < :ends
            """,
            CONTACT_DIMENSIONS,
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


@dataclass(frozen=True, slots=True)
class Metric:
    """One declaration. ``better`` says which way is good: up, down, or neither (empty).

    ``cohort`` counts, for a figure that needs time to mature, the contacts it will cover; ``options`` are values
    its SQL uses beside the programme's own.
    """

    key: str
    name: str
    sentence: str
    unit: str
    kind: Kind
    relation: str
    numerator: str
    denominator: str | None = None
    cohort: str | None = None
    better: Literal["up", "down", ""] = ""
    options: Mapping[str, int] = field(default_factory=dict)


METRICS = {
    metric.key: metric
    for metric in (
        Metric(
            "contacts_offered",
            "Contacts offered",
            "Contacts whose customer asked for a person: answered, or abandoned in a queue.",
            "contacts",
            "count",
            "contact",
            contacts_where(OFFERED),
        ),
        Metric(
            "contacts_answered",
            "Contacts answered",
            "Contacts that a rep answered, unless the customer left after being put back into a queue. By rep, a "
            "contact counts for each rep who had it.",
            "contacts",
            "count",
            "leg",
            distinct_contacts(ANSWERED),
        ),
        Metric(
            "contacts_abandoned",
            "Contacts abandoned",
            "Contacts whose customer left while waiting in a queue.",
            "contacts",
            "count",
            "contact",
            contacts_where("outcome = 'abandoned'"),
            better="down",
        ),
        Metric(
            "left_before_queue",
            "Left before the queue",
            "Contacts whose customer left before asking for a person, for example in the voice menu.",
            "contacts",
            "count",
            "contact",
            contacts_where("outcome = 'left_before_queue'"),
        ),
        Metric(
            "abandonment_rate",
            "Abandonment rate",
            "The share of contacts offered that were abandoned in a queue.",
            "share",
            "ratio",
            "contact",
            contacts_where("outcome = 'abandoned'"),
            contacts_where(OFFERED),
            better="down",
        ),
        Metric(
            "service_level",
            "Service level",
            "The share of contacts offered that were answered within the time that their own queue aims at: the "
            "first one they stood in, as its plan was then. Where it names none, and for recorded calls, within "
            "the programme's. Abandoned contacts count as not answered in time.",
            "share",
            "ratio",
            "contact",
            contacts_where(f"{ANSWERED} AND wait_seconds <= {OWN_TARGET}"),
            contacts_where(OFFERED),
            better="up",
        ),
        Metric(
            "average_speed_of_answer",
            "Average speed of answer",
            "The mean time in a queue, up to the first answer, of contacts answered; no wait counts as 0.",
            "seconds",
            "mean",
            "contact",
            total("wait_seconds", ANSWERED),
            contacts_where(ANSWERED),
            better="down",
        ),
        Metric(
            "wait_estimate_error",
            "Wait, told and real",
            "How far the wait that waiting customers were first told was, on average, from what they then waited "
            "until answered. Whoever left does not count.",
            "seconds",
            "mean",
            "wait",
            total("ABS(waited_seconds - told_seconds)", TOLD),
            contacts_where(TOLD),
            better="down",
        ),
        Metric(
            "wait_estimate_coverage",
            "Wait within its range",
            "The share of contacts answered that waited within the range their customer was first told: nine in "
            "ten should.",
            "share",
            "ratio",
            "wait",
            contacts_where(f"{RANGED} AND waited_seconds >= low_seconds AND waited_seconds <= high_seconds"),
            contacts_where(RANGED),
            better="up",
        ),
        Metric(
            "average_handle_time",
            "Average handle time",
            "The mean time reps spent on a closed contact: conversation and wrap-up, of all reps who had it. Of "
            "several at once each counts in full.",
            "seconds",
            "mean",
            "leg",
            total("talk_seconds + COALESCE(wrap_up_seconds, 0)", HANDLED),
            distinct_contacts(HANDLED),
        ),
        Metric(
            "after_contact_work",
            "After-contact work",
            "The mean wrap-up time of closed contacts whose wrap-up was recorded.",
            "seconds",
            "mean",
            "leg",
            total("wrap_up_seconds", f"{HANDLED} AND {WRAPPED}"),
            distinct_contacts(f"{HANDLED} AND {WRAPPED}"),
        ),
        Metric(
            "occupancy",
            "Occupancy",
            "The share of reps' time on the floor spent on contacts and their wrap-up, busy once however many "
            "there are; the rest is available or being offered a contact. Finished stretches only.",
            "share",
            "ratio",
            "state_span",
            total("seconds", "doing IN ('on_contact', 'wrap_up')"),
            total("seconds", "doing IN ('on_contact', 'wrap_up', 'available', 'reserved')"),
        ),
        Metric(
            "first_contact_resolution",
            "First-contact resolution",
            "The share of answered contacts after which the same customer did not come back, on any channel, from "
            "its arrival until 7 days after its end. Only contacts of known customers whose 7 days have passed "
            "count.",
            "share",
            "ratio",
            "return",
            contacts_where(f"{SEEN} AND {STAYED_AWAY}"),
            contacts_where(SEEN),
            cohort=contacts_where(KNOWN),
            better="up",
            options={"return_hours": RETURN_HOURS},
        ),
        Metric(
            "resolution_by_customers",
            "Resolution, say customers",
            "The share of customers asked afterwards who said that it was resolved, of those who said either.",
            "share",
            "ratio",
            "survey",
            contacts_where("resolved_by_customer"),
            contacts_where("resolved_by_customer IS NOT NULL"),
            better="up",
        ),
        Metric(
            "resolution_by_reps",
            "Resolution, say reps",
            "The share of closed contacts that the rep marked as resolved, of those marked either way.",
            "share",
            "ratio",
            "contact",
            contacts_where(f"{HANDLED} AND resolved"),
            contacts_where(f"{HANDLED} AND resolved IS NOT NULL"),
            better="up",
        ),
        Metric(
            "satisfaction",
            "Satisfaction",
            "The mean rating from 1 to 5 that customers gave afterwards.",
            "rating",
            "mean",
            "survey",
            total("rating", "rating IS NOT NULL"),
            contacts_where("rating IS NOT NULL"),
            better="up",
        ),
        Metric(
            "satisfied_customers",
            "Satisfied customers",
            "The share of ratings that are 4 or 5.",
            "share",
            "ratio",
            "survey",
            contacts_where("rating >= 4"),
            contacts_where("rating IS NOT NULL"),
            better="up",
        ),
        Metric(
            "touch_point_coverage",
            "Touch-point coverage",
            "The share of the guides' required touch points that reps ticked.",
            "share",
            "ratio",
            "coverage",
            "SUM(covered)",
            "SUM(required)",
            better="up",
        ),
        Metric(
            "offers_declined",
            "Offers declined",
            "Contacts that rang at a rep and were declined, each time counted; by `because`, for what reason.",
            "offers",
            "count",
            "offer",
            contacts_where("result = 'declined'"),
        ),
        Metric(
            "decline_rate",
            "Decline rate",
            "The share of contacts ringing at a rep that the rep declined. Some are right to: the reason tells.",
            "share",
            "ratio",
            "offer",
            contacts_where("result = 'declined'"),
            contacts_where("result IS NOT NULL"),
            better="down",
        ),
        Metric(
            "not_responding_rate",
            "Not-responding rate",
            "The share of contacts ringing at a rep that the rep neither took nor declined in time.",
            "share",
            "ratio",
            "offer",
            contacts_where("result = 'missed'"),
            contacts_where("result IS NOT NULL"),
            better="down",
        ),
        Metric(
            "continuity_rate",
            "Continuity",
            "The share of contacts answered, of customers with an own rep, that the own rep had (or who kept "
            "their book that day) or somebody who stood in for them. By rep and team, of the own rep.",
            "share",
            "ratio",
            "continuity",
            contacts_where(f"{ANSWERED} AND (had_by_own_rep OR had_by_stand_in)"),
            contacts_where(ANSWERED),
            better="up",
        ),
        Metric(
            "own_rep_rate",
            "Reached their own rep",
            "The share of contacts answered, of customers with an own rep, that the own rep had, or who kept "
            "their book that day. By rep and team, of the own rep.",
            "share",
            "ratio",
            "continuity",
            contacts_where(f"{ANSWERED} AND had_by_own_rep"),
            contacts_where(ANSWERED),
            better="up",
        ),
        Metric(
            "transfers",
            "Transfers",
            "The share of contacts answered that were handed from one rep to another at least once.",
            "share",
            "ratio",
            "contact",
            contacts_where(f"{ANSWERED} AND transfers > 0"),
            contacts_where(ANSWERED),
            better="down",
        ),
    )
}


def metric(key: str) -> Metric:
    """Return the metric with this key; Invalid, with those there are, where there is none."""
    if key not in METRICS:
        raise Invalid(f"There is no metric {key!r}; there are {', '.join(METRICS)}.")
    return METRICS[key]
