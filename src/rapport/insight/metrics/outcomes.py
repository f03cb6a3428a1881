"""What came of contacts: whether it was resolved, and what customers say."""

from __future__ import annotations

from rapport.insight.declaring import HANDLED, Metric, contacts_where, total

RETURN_HOURS = 7 * 24
KNOWN = "outcome = 'answered' AND customer_id IS NOT NULL"
SEEN = f"{KNOWN} AND ended_at + :return_hours * INTERVAL '1 hour' <= :seen_until"
STAYED_AWAY = "(next_arrival IS NULL OR next_arrival > ended_at + :return_hours * INTERVAL '1 hour')"


def _returned_for(cause: str, mends: str) -> Metric:
    return Metric(
        f"returned_for_{cause}",
        f"Came back: {cause}",
        "The share of answered contacts after which the same customer came back within 7 days, where that was "
        f"laid to {cause}, by rule or by hand: {mends} can mend it. Of contacts whose 7 days have passed.",
        "share",
        "ratio",
        "return",
        contacts_where(f"{SEEN} AND NOT {STAYED_AWAY} AND cause = '{cause}'"),
        contacts_where(SEEN),
        cohort=contacts_where(KNOWN),
        better="down",
        options={"return_hours": RETURN_HOURS},
    )


METRICS = (
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
    _returned_for("training", "coaching"),
    _returned_for("access", "the partner, another team, or more rights"),
    _returned_for("routing", "the plan of routing"),
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
        "saved",
        "Saved",
        "The share of closed contacts with the outcome `saved`: the customer wanted to leave and stays. "
        "Read it by reason, for those about leaving.",
        "share",
        "ratio",
        "contact",
        contacts_where(f"{HANDLED} AND disposition = 'saved'"),
        contacts_where(HANDLED),
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
)
