"""What customers do alone in a guide, and how that ends."""

from __future__ import annotations

from rapport.insight.declaring import Metric, contacts_where

METRICS = (
    Metric(
        "self_service_begun",
        "Begun alone",
        "Contacts whose customer began to go through a guide alone.",
        "contacts",
        "count",
        "self_service",
        contacts_where("contact_id IS NOT NULL"),
    ),
    Metric(
        "self_service_share",
        "Self-service share",
        "The share of contacts that were done alone, to the end of a guide, of those and the contacts offered.",
        "share",
        "ratio",
        "contact",
        contacts_where("outcome = 'self_served'"),
        contacts_where("outcome IN ('self_served', 'answered', 'abandoned')"),
    ),
    Metric(
        "self_service_done",
        "Done alone",
        "Of those who began a guide alone and are through with it, the share that came to its end and asked for "
        "nobody. Whether that resolved it, they say themselves.",
        "share",
        "ratio",
        "self_service",
        contacts_where("outcome = 'served'"),
        contacts_where("outcome IS NOT NULL"),
        better="up",
    ),
    Metric(
        "self_service_to_person",
        "From alone to a person",
        "Of those who began a guide alone and are through with it, the share that went on with a person; by "
        "`step`, where each of them ended.",
        "share",
        "ratio",
        "self_service",
        contacts_where("outcome = 'person'"),
        contacts_where("outcome IS NOT NULL"),
    ),
    Metric(
        "self_service_resolved",
        "Resolved alone, say customers",
        "The share of customers who did it alone and said that it was resolved, of those who said either.",
        "share",
        "ratio",
        "self_service",
        contacts_where("outcome = 'served' AND resolved_by_customer"),
        contacts_where("outcome = 'served' AND resolved_by_customer IS NOT NULL"),
        better="up",
    ),
)
